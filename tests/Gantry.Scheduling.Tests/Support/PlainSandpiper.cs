using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Sandpiper's rules written a second time: what is hot, and what a plan may do about it.</summary>
internal static class PlainSandpiper
{
    /// <summary>Hosts and resources of which k of the last n sums are above the threshold, and the AR(1) forecast too.</summary>
    public static IEnumerable<(string Host, string Resource)> Hot(ClusterSnapshot snapshot) =>
        from host in snapshot.Hosts
        where host.State != HostState.Down
        from r in Enumerable.Range(0, snapshot.Resources.Count)
        where snapshot.Resources[r] is "cpu" or "memory" or "network-in" or "network-out"
        let sums = Sums(snapshot, host.Id, r)
        let bound = snapshot.Policy.Hotspots.Threshold * host.Capacity[r]
        let hotspots = snapshot.Policy.Hotspots
        where bound > 0 && sums.TakeLast(hotspots.SamplesLooked).Count(s => s > bound) >= hotspots.SamplesAbove && Forecast(sums) > bound
        select (host.Id, snapshot.Resources[r]);

    /// <summary>Every rule that a plan breaks.</summary>
    public static List<string> Violations(ClusterSnapshot snapshot, Plan plan)
    {
        var broken = new List<string>();
        var policy = snapshot.Policy.Hotspots;
        var moves = plan.Waves.SelectMany(w => w.Moves).ToList();
        var containers = snapshot.Containers.ToDictionary(c => c.Id);
        foreach (var move in moves)
        {
            if (!containers.TryGetValue(move.ContainerId, out var container))
            {
                broken.Add($"{move.ContainerId} does not run");
                continue;
            }

            var age = snapshot.Now - container.MovedAt;
            if (container.Host != move.From) broken.Add($"{move.ContainerId} is not on {move.From}");
            if (!container.Movable) broken.Add($"{move.ContainerId} must not be moved");
            if (container.Volume != "") broken.Add($"{move.ContainerId} holds a volume");
            if (age?.TotalSeconds < policy.CoolDownSeconds) broken.Add($"{move.ContainerId} has not cooled down");
            if (snapshot.Hosts.Single(h => h.Id == move.From).State == HostState.Down) broken.Add($"{move.From} is down");
            if (move.Swap.Any(other => moves.Find(m => m.ContainerId == other) is not { } back || back.From != move.To || back.To != move.From || !back.Swap.Contains(move.ContainerId)))
                broken.Add($"{move.ContainerId}'s swap is none");
        }

        foreach (var twice in moves.GroupBy(m => m.ContainerId).Where(g => g.Count() > 1)) broken.Add($"{twice.Key} is moved twice");
        foreach (var app in moves.GroupBy(m => containers.GetValueOrDefault(m.ContainerId)?.App).Where(g => g.Count() > policy.MaxMovesPerApp)) broken.Add($"too many of {app.Key}");
        if (moves.Count > policy.MaxMoves) broken.Add("more moves than a pass may have");
        // A swap is two moves, so the smallest cluster may have two an hour.
        var lately = snapshot.Containers.Count(c => (snapshot.Now - c.MovedAt)?.TotalHours < 1);
        if (moves.Count > 0 && moves.Count + lately > Math.Max(2, Math.Floor(policy.MaxMovesPerHour * snapshot.Containers.Count))) broken.Add("more moves than an hour may have");
        broken.AddRange(Filters(snapshot, moves, containers));
        return broken;
    }

    /// <summary>Every host that takes something would have taken it as a request: the moves in their order, both of a swap gone before either comes.</summary>
    private static IEnumerable<string> Filters(ClusterSnapshot snapshot, List<Move> moves, Dictionary<string, ContainerSnapshot> containers)
    {
        var done = new HashSet<string>();
        foreach (var move in moves)
        {
            if (done.Contains(move.ContainerId) || !containers.ContainsKey(move.ContainerId)) continue;
            Move[] together = [move, .. moves.Where(m => move.Swap.Contains(m.ContainerId))];
            foreach (var one in together) done.Add(one.ContainerId);
            snapshot = snapshot with { Containers = [.. snapshot.Containers.Where(c => !together.Any(m => m.ContainerId == c.Id))] };
            foreach (var one in together)
            {
                var container = containers[one.ContainerId];
                var request = new PlacementRequest("r", container.App, 1, container.Limits) { Owner = container.Owner, Volume = container.Volume, Constraints = container.Constraints };
                var plain = new PlainPlacement(snapshot);
                if (plain.Score(request, plain.Hosts.ToList().FindIndex(h => h.Id == one.To)) is null) yield return $"{one.To} may not take {one.ContainerId}: {plain.Explain(request)}";
            }

            snapshot = snapshot with { Containers = [.. snapshot.Containers, .. together.Select(m => containers[m.ContainerId] with { Host = m.To })] };
        }
    }

    /// <summary>Sample by sample from the newest back, what all containers of the host used.</summary>
    private static List<double> Sums(ClusterSnapshot snapshot, string host, int r)
    {
        var windows = snapshot.Containers.Where(c => c.Host == host && c.Profiles.Count > r && c.Profiles[r] is not null).Select(c => c.Profiles[r]!.Window).ToList();
        var length = windows.Select(w => w.Count).DefaultIfEmpty().Max();
        return [.. Enumerable.Range(0, length).Select(t => windows.Sum(w => t - length + w.Count >= 0 ? (double)w[t - length + w.Count] : 0))];
    }

    private static double Forecast(List<double> window)
    {
        var mean = window.Average();
        var variance = window.Sum(u => (u - mean) * (u - mean));
        if (variance <= 1e-9 * mean * mean) return mean;
        return mean + window.Skip(1).Zip(window, (u, before) => (u - mean) * (before - mean)).Sum() / variance * (window[^1] - mean);
    }
}

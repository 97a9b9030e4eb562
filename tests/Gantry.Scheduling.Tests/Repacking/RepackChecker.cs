using Gantry.Scheduling.Model;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>The rules of a repacking, written a second time as plainly as possible: carries the waves out one by one, both copies of what moves in
/// place until the wave ends, and names every rule that is broken on the way.</summary>
internal static class RepackChecker
{
    /// <summary>Samples below which the limit counts.</summary>
    private const int WarmUp = 30;

    private sealed record Copy(ContainerSnapshot Container, string Host);

    public static List<string> Violations(ClusterSnapshot snapshot, RepackOptions options, IReadOnlyList<MoveWave> waves)
    {
        var broken = new List<string>();
        var running = snapshot.Containers.Select(c => new Copy(c, c.Host)).ToList();
        for (var w = 0; w < waves.Count; w++)
        {
            foreach (var sentence in Wave(snapshot, options, waves[w], running)) broken.Add($"wave {w}: {sentence}");
            if (running.Count != snapshot.Containers.Count || running.Select(c => c.Container.Id).Distinct().Count() != running.Count) broken.Add($"wave {w}: availability: not every container runs once");
        }

        var moved = running.Count(c => c.Host != c.Container.Host);
        if (moved > options.MaxMovedShare * snapshot.Containers.Count) broken.Add($"budget: {moved} of {snapshot.Containers.Count} moved");
        return broken;
    }

    private static IEnumerable<string> Wave(ClusterSnapshot snapshot, RepackOptions options, MoveWave wave, List<Copy> running)
    {
        var broken = new List<string>();
        var (starting, ending) = (new List<Copy>(), new List<Copy>());
        foreach (var move in wave.Moves)
        {
            if (running.Find(c => c.Container.Id == move.ContainerId) is not { } old)
            {
                broken.Add($"{move.ContainerId} does not run");
                continue;
            }

            if (ending.Contains(old)) broken.Add($"{move.ContainerId} moves twice at once");
            if (old.Host != move.From) broken.Add($"{move.ContainerId} is not on {move.From}");
            if (move.From == move.To) broken.Add($"{move.ContainerId} goes nowhere");
            if (!old.Container.Movable) broken.Add($"{move.ContainerId} must not be moved");
            if (old.Container.Volume != "" && !options.StopTheWorld) broken.Add($"volume: {move.ContainerId} would be attached twice");
            starting.Add(new Copy(old.Container, move.To));
            ending.Add(old);
        }

        if (!options.StopTheWorld) broken.AddRange(Limits(options, wave, running));
        // The most there is at once: before anything ends, or, when the world stops, after everything that moves has.
        var (before, peak) = (running.ToList(), options.StopTheWorld ? [.. running.Except(ending), .. starting] : running.Concat(starting).ToList());
        foreach (var copy in starting) broken.AddRange(Entering(snapshot, options, copy, peak).Select(why => $"{copy.Container.Id} on {copy.Host}: {why}"));
        running.Clear();
        running.AddRange(before.Except(ending).Concat(starting));
        return broken;
    }

    private static IEnumerable<string> Limits(RepackOptions options, MoveWave wave, List<Copy> running)
    {
        if (wave.Moves.Count > options.MovesAtOnce) yield return "limit: too many moves at once";
        foreach (var host in wave.Moves.SelectMany(m => new[] { m.From, m.To }).CountBy(h => h))
            if (host.Value > options.MovesAtOncePerHost) yield return $"limit: {host.Key} takes part in {host.Value} moves";
        foreach (var app in wave.Moves.CountBy(m => running.Find(c => c.Container.Id == m.ContainerId)?.Container.App ?? ""))
            if (app.Value > options.MovesAtOncePerApp) yield return $"limit: {app.Value} containers of {app.Key} at once";
    }

    private static IEnumerable<string> Entering(ClusterSnapshot snapshot, RepackOptions options, Copy copy, List<Copy> all)
    {
        if (snapshot.Hosts.FirstOrDefault(h => h.Id == copy.Host) is not { } host)
        {
            yield return "unknown host";
            yield break;
        }

        var there = all.Where(c => c.Host == copy.Host).Select(c => c.Container).ToList();
        foreach (var why in Static(host, copy.Container)) yield return why;
        int Count(string app) => there.Count(c => c.App == app);
        var own = copy.Container.App;
        if (copy.Container.Constraints.MaxPerHost is > 0 and var most && Count(own) > most) yield return "own";
        foreach (var rule in snapshot.Interference)
        {
            if (rule.App == rule.Other && rule.App == own && Count(own) > rule.Most + 1) yield return "interference";
            if (rule.App == rule.Other || (rule.App != own && rule.Other != own)) continue;
            if (Count(rule.App) > 0 && Count(rule.Other) > rule.Most) yield return "interference";
        }

        for (var r = 0; r < snapshot.Resources.Count; r++)
            foreach (var why in Load(snapshot, options, host, there, copy.Container, r)) yield return why;
    }

    private static IEnumerable<string> Static(HostSnapshot host, ContainerSnapshot container)
    {
        if (host.State != HostState.Ready) yield return "not ready";
        if (host.DedicatedTo != "" && host.DedicatedTo != container.Owner) yield return "dedicated";
        if (container.Constraints.DedicatedOnly && host.DedicatedTo == "") yield return "not dedicated";
        if (container.Constraints.Classes.Count > 0 && !container.Constraints.Classes.Contains(host.Class)) yield return "class";
        if (container.Constraints.Zones.Count > 0 && !container.Constraints.Zones.Contains(host.Zone)) yield return "zone";
        if (container.Constraints.Labels.Any(l => !host.Labels.TryGetValue(l.Key, out var v) || v != l.Value)) yield return "label";
        if (container.Volume != "" && !host.Volumes.Contains(container.Volume)) yield return "volume";
    }

    private static IEnumerable<string> Load(ClusterSnapshot snapshot, RepackOptions options, HostSnapshot host, List<ContainerSnapshot> there, ContainerSnapshot entering, int r)
    {
        if (entering.Limits[r] == 0) yield break;
        var name = snapshot.Resources[r];
        var factor = (snapshot.Policy.Overcommit.FirstOrDefault(o => o.Resource == name && o.Class == host.Class) ?? snapshot.Policy.Overcommit.FirstOrDefault(o => o.Resource == name && o.Class == ""))?.Factor ?? 1;
        var promisable = (long)(host.Capacity[r] * factor);
        var predictor = PeakPredictors.Find(snapshot.Policy.Predictor)!;
        var predicted = predictor.Name == "limits" ? there.Sum(c => c.Limits[r]) : predictor.Peak([.. there.Select(c => new ContainerUsage(c.Limits[r], Profile(c, r)))]) - 1e-3;
        if (predicted > promisable) yield return $"capacity of {name}: {predicted} of {promisable}";

        var points = snapshot.Containers.SelectMany(c => c.Profiles).Max(p => p?.Daily.Count) ?? 0;
        // What nobody measured takes the share of the host that was promised to it.
        var unmeasured = there.Where(c => !IsMeasured(c, r, points)).Sum(c => c.Limits[r]) * (predictor.Name == "borg-default" ? 0.9 : 1) / promisable;
        for (var t = 0; t < Math.Max(1, points); t++)
        {
            var measured = there.Where(c => IsMeasured(c, r, points)).Sum(c => At(Profile(c, r)!, t, points));
            if (measured > 0 && measured / options.Safety + unmeasured * host.Capacity[r] > host.Capacity[r] * (1 + 1e-12)) yield return $"safety of {name} at {t}: {measured} measured, {unmeasured:0.00} not measured";
        }
    }

    private static ProfileSnapshot? Profile(ContainerSnapshot container, int r) => container.Profiles.Count > r ? container.Profiles[r] : null;

    private static bool IsMeasured(ContainerSnapshot container, int r, int points) =>
        Profile(container, r) is { } profile && (profile.Window.Count >= WarmUp || (points > 0 && profile.Daily.Count == points));

    private static double At(ProfileSnapshot profile, int t, int points) =>
        points > 0 && profile.Daily.Count == points ? profile.Daily[t] : profile.Window.Order().ElementAt((int)Math.Ceiling(0.95 * profile.Window.Count) - 1);
}

using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Checks the waves of a plan once more against a cluster that may have changed since.</summary>
internal sealed class WaveResumption(RepackModel model, Plan plan)
{
    private readonly RepackState _state = new(model, model.Origin);
    private readonly Dictionary<string, int> _containers = model.Snapshot.Containers.Select((c, i) => (c.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
    private readonly Dictionary<string, int> _hosts = model.Hosts.Select((h, i) => (h.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
    private readonly List<RepackRefusal> _dropped = [];

    public RepackPlan Run()
    {
        var waves = plan.Waves.Skip(Done()).Select(Resume).Where(w => w.Moves.Count > 0).ToList();
        return new RepackReporting(model, waves, _state.HostOf, _dropped).Plan(finished: true);
    }

    /// <summary>After how many waves the cluster is as it is now; 0 when it never is, and each move tells by itself whether it is done. One alone can't
    /// when its container comes to the same host twice.</summary>
    private int Done()
    {
        var at = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var move in plan.Waves.SelectMany(w => w.Moves)) at.TryAdd(move.ContainerId, move.From);
        var (elsewhere, done) = (at.Count(c => !IsAt(c.Key, c.Value)), 0);
        for (var i = 0; i < plan.Waves.Count; i++)
        {
            foreach (var move in plan.Waves[i].Moves)
            {
                if (!IsAt(move.ContainerId, at[move.ContainerId])) elsewhere--;
                if (!IsAt(move.ContainerId, move.To)) elsewhere++;
                at[move.ContainerId] = move.To;
            }

            if (elsewhere == 0) done = i + 1;
        }

        return done;
    }

    private bool IsAt(string container, string host) =>
        _containers.TryGetValue(container, out var c) && _hosts.TryGetValue(host, out var h) && _state.HostOf[c] == h;

    private MoveWave Resume(MoveWave wave)
    {
        var moves = new List<Move>();
        foreach (var move in wave.Moves)
        {
            if (WhyGone(move) is { } why) Drop(move, why);
            else if (moves.Exists(m => m.ContainerId == move.ContainerId)) Drop(move, $"{move.ContainerId} is in one wave twice: plan again.");
            else if (_state.HostOf[_containers[move.ContainerId]] != _hosts[move.To]) moves.Add(move);
        }

        // What is refused stays where it is, which may leave no room for others: until all that is left fits beside each other.
        while (Refused(moves) is { } refused)
        {
            Drop(refused.Move, $"{refused.Move.To} does not take it any more: 1 of 1 hosts {refused.Why}. Plan again.");
            moves.Remove(refused.Move);
        }

        foreach (var move in moves) _state.Move(_containers[move.ContainerId], _hosts[move.To]);
        return wave with { Moves = moves };
    }

    /// <summary>The first of the moves that its host does not take beside the others, or null.</summary>
    private (Move Move, string Why)? Refused(List<Move> moves)
    {
        (Move, string)? refused = null;
        var entered = 0;
        if (model.Options.StopTheWorld)
            foreach (var move in moves) _state.Leave(_containers[move.ContainerId], _hosts[move.From]);
        for (; refused is null && entered < moves.Count; entered++)
        {
            var (container, to) = (_containers[moves[entered].ContainerId], _hosts[moves[entered].To]);
            if (_state.WhyNot(model.KindAt(container), to) is { } why) refused = (moves[entered], why);
            _state.Enter(container, to);
        }

        foreach (var move in moves.Take(entered)) _state.Leave(_containers[move.ContainerId], _hosts[move.To]);
        if (model.Options.StopTheWorld)
            foreach (var move in moves) _state.Enter(_containers[move.ContainerId], _hosts[move.From]);
        return refused;
    }

    private void Drop(Move move, string why) => _dropped.Add(new RepackRefusal(move.ContainerId, why));

    /// <summary>Why there is nothing to move, or not from there to there; null when there is, and when it is done already.</summary>
    private string? WhyGone(Move move)
    {
        if (!_containers.TryGetValue(move.ContainerId, out var container)) return $"{move.ContainerId} does not run any more, so there is nothing to move.";
        if (!_hosts.TryGetValue(move.To, out var to)) return $"{move.To} is not in the cluster any more: plan again.";
        var at = _state.HostOf[container];
        return at == to ? null
            : at < 0 || model.Hosts[at].Id != move.From ? $"{move.ContainerId} is not on {move.From} any more: plan again."
            : !model.Movable[container] ? $"{move.ContainerId} may not be moved now: plan again."
            : null;
    }
}

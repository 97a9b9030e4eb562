using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Gives every pending request of a snapshot a place, or a reason why it has none.</summary>
public static class Placer
{
    /// <summary>Highest priority first, then the largest: what is hard to place finds the cluster empty.</summary>
    public static Outcome<Plan> Plan(ClusterSnapshot snapshot)
    {
        var evictions = new List<Eviction>();
        while (true)
        {
            var opened = PlacementSession.Open(Without(snapshot, evictions));
            if (!opened.IsSuccess) return opened.Refusal!;
            var plan = new Pass(opened.Value).Run();
            // What was displaced may leave more room than its successor takes, so those refused before it are asked again.
            if (plan.Evictions.Count == 0 || plan.Refusals.Count == 0) return plan with { Evictions = [.. evictions, .. plan.Evictions] };
            evictions.AddRange(plan.Evictions);
        }
    }

    private static ClusterSnapshot Without(ClusterSnapshot snapshot, List<Eviction> evictions)
    {
        if (evictions.Count == 0) return snapshot;
        var gone = evictions.Select(e => e.ContainerId).ToHashSet(StringComparer.Ordinal);
        return snapshot with { Containers = [.. snapshot.Containers.Where(c => !gone.Contains(c.Id))] };
    }

    private sealed class Pass(PlacementSession session)
    {
        private readonly ClusterSnapshot _snapshot = session.State.Snapshot;
        private readonly Preemption _preemption = new(session.State);
        private readonly List<Placement> _placements = [];
        private readonly List<Eviction> _evictions = [];
        private readonly List<PlacementRefusal> _refusals = [];

        public Plan Run()
        {
            var total = _snapshot.Resources.Select((_, r) => Math.Max(1.0, session.State.Promisable[r].Sum(v => (double)v))).ToArray();
            foreach (var request in _snapshot.Pending.OrderByDescending(p => p.Priority).ThenByDescending(p => p.Limits.Select((l, r) => l / total[r]).Max()))
            {
                var left = request.Count - Place(request);
                if (left > 0) _refusals.Add(new PlacementRefusal(request.Id, left, session.Explain(request)));
            }

            return new Plan { Placements = _placements, Evictions = _evictions, Refusals = _refusals, Alarms = SnapshotRules.Orphans(_snapshot) };
        }

        /// <summary>How many of the request got a place.</summary>
        private int Place(PlacementRequest request)
        {
            for (var placed = 0; placed < request.Count; placed++)
            {
                var decision = session.Place(request);
                if (!decision.IsPlaced) decision = Displace(request);
                if (!decision.IsPlaced) return placed;
                var id = _placements.Count < _snapshot.NewIds.Count ? _snapshot.NewIds[_placements.Count] : "";
                _placements.Add(new Placement(request.Id, id, session.Hosts[decision.Host].Id, decision.Score, decision.Fitting, decision.Looked));
            }

            return request.Count;
        }

        private Decision Displace(PlacementRequest request)
        {
            if (!_snapshot.Policy.Preemption) return Decision.None;
            // The session has just looked for a host: the app is in focus.
            var known = session.Recall(request, out _);
            if (_preemption.Find(known) is not { } found) return Decision.None;
            _preemption.Evict(found.Host, found.Victims);
            foreach (var victim in found.Victims)
                _evictions.Add(new Eviction(victim.Id, victim.Host, request.Id, Preemption.Explain(request, victim)));
            session.State.Add(known.App, known.Limits, found.Host);
            return new Decision(found.Host, 0, 1, session.Hosts.Count);
        }
    }
}

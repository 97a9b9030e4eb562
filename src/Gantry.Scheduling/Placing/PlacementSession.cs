using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Places one container after another on one cluster, each seeing those before it. Keeps what is equal for equal requests:
/// lists of open hosts and scores, brought up to date from the hosts that changed. Not for several threads at once.</summary>
/// <remarks>Equivalence classes, cached scores and relaxed randomisation as published for Borg (EuroSys 2015, §3.4).</remarks>
public sealed class PlacementSession
{
    /// <summary>Classes kept; the scores of each take 16 to 32 bytes a host that was looked at.</summary>
    private const int MaxClasses = 256;

    private readonly Dictionary<StaticKey, bool[]> _open = [];
    private readonly Dictionary<ulong, RequestClass> _classes = [];
    private readonly (HostRanker Ranker, double Weight)[] _rankers;
    private readonly bool _local;
    private readonly int _sample;
    private SeededRandom _random;
    private RequestClass? _last;

    private PlacementSession(ClusterState state)
    {
        State = state;
        var policy = state.Snapshot.Policy;
        _rankers = [.. policy.Rankers.Select(r => ((HostRanker)Rankers.Find(r.Ranker)!, r.Weight))];
        _local = _rankers.All(r => r.Ranker.IsLocal);
        _sample = policy.SampleSize == 0 ? int.MaxValue : policy.SampleSize;
        _random = new SeededRandom(state.Snapshot.Seed);
    }

    internal ClusterState State { get; }

    /// <summary>Hosts in the order of the indices of <see cref="Decision.Host"/>.</summary>
    public IReadOnlyList<HostSnapshot> Hosts => State.Hosts;

    /// <summary>A session on the snapshot, or the rule it breaks.</summary>
    public static Outcome<PlacementSession> Open(ClusterSnapshot snapshot)
    {
        if (SnapshotRules.Check(snapshot) is { } refusal) return refusal;
        return new PlacementSession(new ClusterState(snapshot.Canonical()));
    }

    /// <summary>Chooses a host for one container of the request and reserves it there.</summary>
    /// <exception cref="ArgumentException">The request breaks a rule: <see cref="Open"/> would have refused it among those of its snapshot.</exception>
    public Decision Place(PlacementRequest request)
    {
        var known = Recall(request, out var seen);
        var decision = Choose(known, seen);
        if (decision.IsPlaced) State.Add(known.App, known.Limits, decision.Host);
        return decision;
    }

    /// <summary>Reserves a place on a host whatever the filters say: the container is there already.</summary>
    public void Occupy(PlacementRequest request, int host)
    {
        var known = Recall(request, out _);
        State.Add(known.App, known.Limits, host);
    }

    /// <summary>Takes back a place that <see cref="Place"/> or <see cref="Occupy"/> gave.</summary>
    public void Release(PlacementRequest request, int host)
    {
        var known = Recall(request, out _);
        if (State.Count(known.App, host) == 0)
            throw new ArgumentException($"No container of {request.App} is on {State.Hosts[host].Id}.", nameof(host));
        State.Remove(known.App, known.Limits, host);
    }

    /// <summary>Why no host takes one more container of the request: "0 of 40 hosts: 12 cordoned, 20 lack 512 MB of promisable memory".</summary>
    public string Explain(PlacementRequest request)
    {
        var known = Recall(request, out _);
        State.Focus(known.App);
        return PlacementExplanation.Of(State, known);
    }

    internal RequestClass Recall(PlacementRequest request, out bool seen)
    {
        seen = true;
        // The containers of a group come one after the other.
        if (_last is not null && ReferenceEquals(_last.Request, request)) return _last;
        var hash = RequestClass.HashOf(request);
        if (_classes.TryGetValue(hash, out var known) && known.IsSame(request)) return _last = known;
        seen = false;
        if (SnapshotRules.Check(State.Snapshot, request) is { } refusal) throw new ArgumentException(refusal.Message, nameof(request));
        if (_classes.Count >= MaxClasses) _classes.Clear();
        known = new RequestClass(State, request);
        known.Open = OpenHosts(known);
        return _last = _classes[hash] = known;
    }

    private Decision Choose(RequestClass request, bool seen)
    {
        State.Focus(request.App);
        // Scores are kept for a class that was seen before, so may come again.
        if (!seen || !_local) return Sample(request);
        var tree = request.Tree ??= Plant();
        CatchUp(request, tree);
        while (tree.Fitting < tree.Wanted && !tree.IsWhole) tree.Append(Score(request, tree.Next));
        var host = tree.BestHost();
        if (host < 0) return Decision.None;
        // The next one sees a host more: a class that spreads finds a whole sample beside the hosts it has taken.
        if (tree.Wanted < State.Hosts.Length) tree.Wanted++;
        return new Decision(host, tree.Best, tree.Fitting, tree.Looked);
    }

    private Decision Sample(RequestClass request)
    {
        var hosts = State.Hosts.Length;
        var host = _random.Next(hosts);
        int best = -1, fitting = 0, looked = 0;
        var bestScore = double.NegativeInfinity;
        for (; looked < hosts && fitting < _sample; looked++, host = host + 1 == hosts ? 0 : host + 1)
        {
            var score = Score(request, host);
            if (double.IsNegativeInfinity(score)) continue;
            fitting++;
            if (score > bestScore) (best, bestScore) = (host, score);
        }

        return best < 0 ? Decision.None : new Decision(best, bestScore, fitting, looked);
    }

    /// <summary>Negative infinity where the container does not fit. The class has to be in focus.</summary>
    internal double Score(RequestClass request, int host)
    {
        if (!request.Open[host]) return double.NegativeInfinity;
        foreach (var filter in HostFilters.Dynamic)
            if (filter.Check(State, request, host) >= 0) return double.NegativeInfinity;
        double score = 0;
        foreach (var (ranker, weight) in _rankers) score += weight * ranker.Score(State, request, host);
        return score;
    }

    private ScoreTree Plant()
    {
        var (hosts, wanted) = (State.Hosts.Length, Math.Min(_sample, State.Hosts.Length));
        return new ScoreTree(hosts, _random.Next(hosts), (int)Math.Min(hosts, wanted * 3L / 2)) { Wanted = wanted, Seen = State.Changes.Count };
    }

    private void CatchUp(RequestClass request, ScoreTree tree)
    {
        var changes = State.Changes;
        if (changes.Count - tree.Seen > State.Hosts.Length / 4)
        {
            tree.Clear();
            tree.Seen = changes.Count;
            return;
        }

        for (; tree.Seen < changes.Count; tree.Seen++)
        {
            var host = changes[tree.Seen];
            if (tree.Holds(host)) tree.Update(host, Score(request, host));
        }
    }

    private bool[] OpenHosts(RequestClass request)
    {
        // A volume is the business of one host: its list would never be used again.
        if (request.Request.Volume.Length > 0) return Filter(request);
        var key = new StaticKey(State.HasDedicatedHosts ? request.Request.Owner : "", request.Request.Constraints);
        if (!_open.TryGetValue(key, out var open)) _open[key] = open = Filter(request);
        return open;
    }

    private bool[] Filter(RequestClass request)
    {
        var open = new bool[State.Hosts.Length];
        for (var host = 0; host < open.Length; host++) open[host] = Array.TrueForAll(HostFilters.Static, f => f.Check(State, request, host) < 0);
        return open;
    }
}

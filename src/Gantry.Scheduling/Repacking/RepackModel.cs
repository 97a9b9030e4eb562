using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Repacking;

/// <summary>What does not change while a canonical snapshot is repacked, as arrays.</summary>
internal sealed class RepackModel
{
    private readonly Dictionary<KindKey, int> _kinds = [];
    private readonly List<ContainerKind> _list = [];
    private readonly Dictionary<StaticKey, bool[]> _open = [];
    private readonly Dictionary<string, int> _apps = new(StringComparer.Ordinal);
    private readonly ClusterState _state;

    public RepackModel(ClusterSnapshot canonical, RepackOptions options)
    {
        (Snapshot, Options, Layout) = (canonical, options, new LaneLayout(canonical));
        Hosts = [.. canonical.Hosts];
        Resources = canonical.Resources.Count;
        // Only the filters that look at hosts and not at what they hold are asked: the containers stay out of it.
        _state = new ClusterState(canonical with { Containers = [], Interference = [] });
        Capacity = [.. Enumerable.Range(0, Resources).Select(r => Hosts.Select(h => (double)h.Capacity[r]).ToArray())];
        Promisable = [.. _state.Promisable.Select(p => p.Select(v => (double)v).ToArray())];
        Origin = [.. canonical.Containers.Select(c => _state.IndexOf(c.Host))];
        KindOf = [.. canonical.Containers.Select(Kind)];
        Rules = new PackingRules(AppCount(canonical), [.. canonical.Interference.Select(i => (App(i.App), App(i.Other), i.Most))]);
        MostOfApp = new int[_apps.Count];
        foreach (var container in canonical.Containers.Where(c => c.Constraints.MaxPerHost > 0)) Bound(App(container.App), container.Constraints.MaxPerHost);
        Movable = [.. canonical.Containers.Select((c, i) => Origin[i] < 0 || Hosts[Origin[i]].State != HostState.Down && c.Movable && (options.StopTheWorld || c.Volume.Length == 0))];
        Predictor = PeakPredictors.Find(canonical.Policy.Predictor)!;
        LimitShare = canonical.Policy.Predictor switch { "limits" => 1, "borg-default" => 0.9, _ => null };
        Weigh();
    }

    public ClusterSnapshot Snapshot { get; }

    public RepackOptions Options { get; }

    public LaneLayout Layout { get; }

    public HostSnapshot[] Hosts { get; }

    public int Resources { get; }

    /// <summary>By resource, then host.</summary>
    public double[][] Capacity { get; }

    /// <summary>By resource, then host: capacity times overcommit.</summary>
    public double[][] Promisable { get; }

    /// <summary>By container: where it is, or -1 where its host is not in the cluster.</summary>
    public int[] Origin { get; }

    /// <summary>By container: index of its kind.</summary>
    public int[] KindOf { get; }

    public IReadOnlyList<ContainerKind> Kinds => _list;

    /// <summary>By container. A volume is attached to one host at a time, so its container can't have two copies: it moves when the world stops.</summary>
    public bool[] Movable { get; }

    public PackingRules Rules { get; }

    /// <summary>By app: containers a host may hold, 0 for any number. The least that any container of the app asks for.</summary>
    public int[] MostOfApp { get; }

    public IPeakPredictor Predictor { get; }

    /// <summary>Share of the limits that is reserved, or null where the predictor looks at what was measured.</summary>
    public double? LimitShare { get; }

    /// <summary>By resource: how scarce it is; the sum is 1.</summary>
    public double[] Weight { get; private set; } = [];

    public ContainerKind KindAt(int container) => _list[KindOf[container]];

    /// <summary>What a used host costs: its price, or 1 each where no price is known.</summary>
    public double PriceOf(int host) => Options.Prices.Count == 0 ? 1 : Options.PriceOf(Hosts[host].Class);

    /// <summary>The first filter of placement that keeps a container off a host whatever that holds, as the end of "12 …"; null when none does.</summary>
    public string? ClosedBecause(ContainerSnapshot container, int host)
    {
        var request = new RequestClass(_state, container.AsRequest());
        foreach (var filter in HostFilters.Static)
            if (filter.Check(_state, request, host) is >= 0 and var reason) return filter.Describe(_state, request, reason);
        return null;
    }

    private int Kind(ContainerSnapshot container)
    {
        var key = new KindKey(container);
        if (_kinds.TryGetValue(key, out var kind)) return kind;
        var lanes = Layout.Of(container);
        _list.Add(new ContainerKind(App(container.App), container, lanes, OpenHosts(container)) { Peak = Layout.Peaks(lanes), PeakPoint = [.. Enumerable.Range(0, Resources).Select(r => Layout.PeakPoint(lanes, r))] });
        return _kinds[key] = _list.Count - 1;
    }

    private bool[] OpenHosts(ContainerSnapshot container)
    {
        if (container.Volume.Length > 0) return Filter(container);
        var key = new StaticKey(_state.HasDedicatedHosts ? container.Owner : "", container.Constraints);
        return _open.TryGetValue(key, out var open) ? open : _open[key] = Filter(container);
    }

    private bool[] Filter(ContainerSnapshot container)
    {
        var request = new RequestClass(_state, container.AsRequest());
        return [.. Hosts.Select((_, h) => Array.TrueForAll(HostFilters.Static, f => f.Check(_state, request, h) < 0))];
    }

    private int AppCount(ClusterSnapshot snapshot)
    {
        foreach (var rule in snapshot.Interference) _ = App(rule.App) + App(rule.Other);
        return _apps.Count;
    }

    private int App(string name)
    {
        if (!_apps.TryGetValue(name, out var app)) _apps[name] = app = _apps.Count;
        return app;
    }

    private void Bound(int app, int most) => MostOfApp[app] = MostOfApp[app] == 0 ? most : Math.Min(most, MostOfApp[app]);

    private void Weigh()
    {
        var total = Enumerable.Range(0, Resources).Select(r => Math.Max(1, Capacity[r].Sum())).ToArray();
        var load = new double[Resources];
        foreach (var kind in KindOf)
            for (var r = 0; r < Resources; r++) load[r] += _list[kind].Peak[r] / total[r];
        var sum = Math.Max(1e-12, load.Sum());
        Weight = [.. load.Select(l => l / sum)];
        foreach (var kind in _list) kind.Size = Enumerable.Range(0, Resources).Sum(r => Weight[r] * kind.Peak[r] / total[r]);
    }

    /// <summary>Equal for containers that no rule and no load tells apart.</summary>
    private readonly struct KindKey(ContainerSnapshot container) : IEquatable<KindKey>
    {
        private readonly ContainerSnapshot _container = container;

        public bool Equals(KindKey other) =>
            _container.App == other._container.App && _container.Owner == other._container.Owner && _container.Volume == other._container.Volume
            && _container.Limits.SequenceEqual(other._container.Limits) && StaticKey.Same(_container.Constraints, other._container.Constraints)
            && SameProfiles(_container.Profiles, other._container.Profiles);

        public override bool Equals(object? obj) => obj is KindKey other && Equals(other);

        public override int GetHashCode() => HashCode.Combine(_container.App, _container.Limits.Count > 0 ? _container.Limits[0] : 0, _container.Volume);

        private static bool SameProfiles(IReadOnlyList<Profiles.ProfileSnapshot?> a, IReadOnlyList<Profiles.ProfileSnapshot?> b)
        {
            if (ReferenceEquals(a, b)) return true;
            if (a.Count != b.Count) return false;
            for (var i = 0; i < a.Count; i++)
                if (!ReferenceEquals(a[i], b[i])) return false;
            return true;
        }
    }
}

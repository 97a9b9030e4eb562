using System.Diagnostics;
using System.Globalization;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Simulation;

/// <summary>Who is where in a simulation, beside the session of Gantry's placement that decides it.</summary>
internal sealed class SimulatedCluster
{
    /// <summary>Samples of a container's use that a pass is shown.</summary>
    private const int Window = 100;

    private readonly SimulationTrace _trace;
    private readonly SimulationPolicy _policy;
    private readonly PlacementRequest[] _requests;
    private readonly DateTimeOffset?[] _movedAt;
    private readonly HashSet<int> _placed = [];
    private readonly ulong _seed;
    private PlacementSession _session;

    public SimulatedCluster(SimulationTrace trace, IReadOnlyList<HostSnapshot> hosts, SimulationPolicy policy, ulong seed)
    {
        (_trace, _policy, _seed, Hosts) = (trace, policy, seed, hosts);
        var wanted = trace.Containers.CountBy(c => c.App).ToDictionary(StringComparer.Ordinal);
        _requests = [.. trace.Containers.Select((c, i) => new PlacementRequest($"r{i}", c.App, wanted[c.App], c.Limits))];
        (HostOf, TargetOf) = (Enumerable.Repeat(-1, _requests.Length).ToArray(), Enumerable.Repeat(-1, _requests.Length).ToArray());
        _movedAt = new DateTimeOffset?[_requests.Length];
        (IsDown, Count) = (new bool[hosts.Count], new int[hosts.Count]);
        Reserved = [.. trace.Resources.Select(_ => new long[hosts.Count])];
        _session = Open(0);
    }

    public IReadOnlyList<HostSnapshot> Hosts { get; }

    /// <summary>By container: its host, or -1.</summary>
    public int[] HostOf { get; }

    /// <summary>By container: where its copy starts, or -1.</summary>
    public int[] TargetOf { get; }

    public bool[] IsDown { get; }

    /// <summary>Containers by host.</summary>
    public int[] Count { get; }

    /// <summary>By resource and host: limits of what is there, copies that start counted in.</summary>
    public long[][] Reserved { get; }

    public IReadOnlyCollection<int> Placed => _placed;

    /// <summary>Ticks of the stopwatch for each decision.</summary>
    public List<long> Decisions { get; } = [];

    public bool Place(int container)
    {
        var start = Stopwatch.GetTimestamp();
        var decision = _session.Place(_requests[container]);
        Decisions.Add(Stopwatch.GetTimestamp() - start);
        if (!decision.IsPlaced) return false;
        HostOf[container] = decision.Host;
        _placed.Add(container);
        Take(container, decision.Host, 1);
        return true;
    }

    public void Leave(int container)
    {
        if (HostOf[container] < 0) return;
        Abort(container);
        Vacate(container);
        HostOf[container] = -1;
        _placed.Remove(container);
    }

    /// <summary>Starts a copy on another host, if that is still possible.</summary>
    public bool BeginMove(int container, int from, int to)
    {
        if (HostOf[container] != from || TargetOf[container] >= 0 || IsDown[to] || from == to || !HasRoom(container, to)) return false;
        TargetOf[container] = to;
        _session.Occupy(_requests[container], to);
        Take(container, to, 1);
        return true;
    }

    /// <summary>The copy is ready, the old one ends.</summary>
    public void EndMove(int container, double now)
    {
        Vacate(container);
        (HostOf[container], TargetOf[container]) = (TargetOf[container], -1);
        _movedAt[container] = Clock(now);
    }

    /// <summary>The host is gone. What was moving away is where it was going to; the rest is returned, without a place.</summary>
    public IReadOnlyList<int> Fail(int host, double now)
    {
        IsDown[host] = true;
        var lost = new List<int>();
        foreach (var c in _placed.Where(c => HostOf[c] == host || TargetOf[c] == host).Order().ToList())
        {
            if (TargetOf[c] == host) Abort(c);
            else if (TargetOf[c] >= 0) EndMove(c, now);
            else
            {
                Leave(c);
                lost.Add(c);
            }
        }

        Refresh(now);
        return lost;
    }

    public void Repair(int host, double now)
    {
        IsDown[host] = false;
        Refresh(now);
    }

    /// <summary>A new session on the cluster as it is, as a platform begins each pass.</summary>
    public void Refresh(double now) => _session = Open(now);

    /// <summary>The cluster as a pass sees it.</summary>
    public ClusterSnapshot Snapshot(double now, bool profiles)
    {
        var tick = (int)(now / SimulationTrace.Interval);
        var containers = new List<ContainerSnapshot>(_placed.Count);
        foreach (var c in _placed)
        {
            var of = _trace.Containers[c];
            containers.Add(new ContainerSnapshot(Id(c), of.App, Hosts[HostOf[c]].Id, of.Limits)
            {
                Profiles = profiles ? [new ProfileSnapshot(Samples(c, tick)), null] : [],
                Movable = TargetOf[c] < 0,
                MovedAt = _movedAt[c],
                BootSeconds = of.BootSeconds,
            });
            if (TargetOf[c] >= 0) containers.Add(new ContainerSnapshot($"copy-of-{Id(c)}", of.App, Hosts[TargetOf[c]].Id, of.Limits) { Movable = false });
        }

        return new ClusterSnapshot
        {
            Now = Clock(now),
            Seed = _seed,
            Resources = _trace.Resources,
            Hosts = [.. Hosts.Select((h, i) => IsDown[i] ? h with { State = HostState.Down } : h)],
            Containers = containers,
            Policy = _policy.Cluster,
        };
    }

    /// <summary>The container that an id of <see cref="Snapshot"/> names.</summary>
    public static int Index(string id) => int.Parse(id.AsSpan(1), CultureInfo.InvariantCulture);

    private PlacementSession Open(double now)
    {
        var opened = PlacementSession.Open(Snapshot(now, _policy.Predicts));
        return opened.IsSuccess ? opened.Value : throw new InvalidOperationException(opened.Refusal!.ToString());
    }

    private void Abort(int container)
    {
        if (TargetOf[container] < 0) return;
        Take(container, TargetOf[container], -1);
        Give(container, TargetOf[container]);
        TargetOf[container] = -1;
    }

    private void Vacate(int container)
    {
        Take(container, HostOf[container], -1);
        Give(container, HostOf[container]);
    }

    /// <summary>A prediction reserved less than the limits for what ran when the session began, so only the next session knows what is free.</summary>
    private void Give(int container, int host)
    {
        if (!_policy.Predicts) _session.Release(_requests[container], host);
    }

    private void Take(int container, int host, int sign)
    {
        Count[host] += sign;
        for (var r = 0; r < Reserved.Length; r++) Reserved[r][host] += sign * _trace.Containers[container].Limits[r];
    }

    private bool HasRoom(int container, int host)
    {
        if (_policy.Predicts) return true;
        for (var r = 0; r < Reserved.Length; r++)
            if (Reserved[r][host] + _trace.Containers[container].Limits[r] > Hosts[host].Capacity[r]) return false;
        return true;
    }

    private float[] Samples(int container, int tick)
    {
        var first = Math.Max((int)Math.Ceiling(_trace.Containers[container].Arrives / SimulationTrace.Interval), tick - Window + 1);
        var samples = new float[Math.Max(0, tick - first + 1)];
        for (var i = 0; i < samples.Length; i++) samples[i] = (float)_trace.Use(container, first + i);
        return samples;
    }

    private static string Id(int container) => string.Create(CultureInfo.InvariantCulture, $"c{container:000000}");

    private static DateTimeOffset Clock(double now) => DateTimeOffset.UnixEpoch.AddSeconds(now);
}

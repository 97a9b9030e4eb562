using System.Diagnostics;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Simulation;

/// <summary>Discrete events in virtual time: containers come and go, hosts fail and come back, moves take as long as a boot, and every five minutes use is
/// measured and, by policy, hot hosts are relieved or the cluster is repacked. The same trace, policy and seed give the same result.</summary>
internal sealed class Simulator
{
    private const double HotShare = 0.75;

    private const int TicksPerHour = (int)(3600 / SimulationTrace.Interval);

    private readonly SimulationTrace _trace;
    private readonly SimulationPolicy _policy;
    private readonly SimulatedCluster _cluster;
    private readonly PriorityQueue<(Kind Kind, int Index, int From, int To), (double At, Kind Kind, int Order)> _queue = new();
    private readonly int[] _moveNumber;
    private readonly List<int> _hostsInUse = [], _overloaded = [], _movesOf = [];
    private readonly List<float[]> _use = [];
    private readonly bool _records;
    private double[] _packed = [];
    private double _capacity;
    private int _order, _refused, _restarts, _moves, _movesBefore, _hot, _peak;

    /// <summary>In the order in which things happen that happen at the same moment.</summary>
    private enum Kind { Leave, MoveEnd, Repair, Fail, MoveBegin, Arrive, Tick }

    private Simulator(SimulationTrace trace, IReadOnlyList<HostSnapshot> hosts, SimulationPolicy policy, ulong seed, bool records)
    {
        (_trace, _policy, _records) = (trace, policy, records);
        _cluster = new SimulatedCluster(trace, hosts, policy, seed);
        _moveNumber = new int[trace.Containers.Count];
    }

    /// <param name="trace">Who comes and goes.</param>
    /// <param name="hosts">The hosts that are there, in the order of their ids.</param>
    /// <param name="policy">Who decides.</param>
    /// <param name="failures">Failures of these hosts and maybe others.</param>
    /// <param name="seed">Decides ties and samples.</param>
    /// <param name="records">Whether the use of every host is kept.</param>
    /// <param name="mostRefused">The run may end as soon as more are refused.</param>
    /// <param name="progress">Told the share that is done.</param>
    public static SimulationResult Run(SimulationTrace trace, IReadOnlyList<HostSnapshot> hosts, SimulationPolicy policy, IReadOnlyList<HostFailure> failures, ulong seed,
        bool records = false, int mostRefused = int.MaxValue, Action<double>? progress = null)
    {
        var simulator = new Simulator(trace, hosts, policy, seed, records);
        simulator.Enqueue(failures);
        simulator.Run(mostRefused, progress);
        return simulator.Result();
    }

    private void Enqueue(IReadOnlyList<HostFailure> failures)
    {
        for (var c = 0; c < _trace.Containers.Count; c++) Add(Kind.Arrive, _trace.Containers[c].Arrives, c);
        for (var t = 1; t <= _trace.Ticks; t++) Add(Kind.Tick, t * SimulationTrace.Interval, t);
        var index = _cluster.Hosts.Index().ToDictionary(h => h.Item.Id, h => h.Index, StringComparer.Ordinal);
        foreach (var failure in failures)
        {
            if (!index.TryGetValue(failure.Host, out var host)) continue;
            Add(Kind.Fail, failure.At, host);
            Add(Kind.Repair, failure.Back, host);
        }
    }

    private void Add(Kind kind, double at, int index, int from = -1, int to = -1) => _queue.Enqueue((kind, index, from, to), (at, kind, _order++));

    private void Run(int mostRefused, Action<double>? progress)
    {
        while (_refused <= mostRefused && _queue.TryDequeue(out var what, out var when) && when.At <= _trace.Seconds)
        {
            switch (what.Kind)
            {
                case Kind.Arrive: Arrive(what.Index); break;
                case Kind.Leave: _cluster.Leave(what.Index); break;
                case Kind.Fail: Fail(what.Index, when.At); break;
                case Kind.Repair: _cluster.Repair(what.Index, when.At); break;
                case Kind.MoveBegin: BeginMove(what.Index, what.From, what.To, when.At); break;
                case Kind.MoveEnd: EndMove(what.Index, what.From, when.At); break;
                default:
                    Tick(what.Index, when.At);
                    progress?.Invoke(what.Index / (double)_trace.Ticks);
                    break;
            }
        }
    }

    private void Arrive(int container)
    {
        if (!_cluster.Place(container)) _refused++;
        else if (double.IsFinite(_trace.Containers[container].Leaves)) Add(Kind.Leave, _trace.Containers[container].Leaves, container);
    }

    private void Fail(int host, double now)
    {
        foreach (var container in _cluster.Fail(host, now))
        {
            if (_cluster.Place(container)) _restarts++;
            else _refused++;
        }
    }

    private void BeginMove(int container, int from, int to, double now)
    {
        if (_cluster.BeginMove(container, from, to)) Add(Kind.MoveEnd, now + _trace.Containers[container].BootSeconds, container, ++_moveNumber[container]);
    }

    /// <summary>Unless the move was given up in the meantime.</summary>
    private void EndMove(int container, int number, double now)
    {
        if (_moveNumber[container] != number || _cluster.TargetOf[container] < 0) return;
        _cluster.EndMove(container, now);
        _moves++;
    }

    private void Tick(int tick, double now)
    {
        var isHot = Measure(tick);
        if (_policy.Predicts) _cluster.Refresh(now);
        if (_policy.Relieves && isHot) Carry(Sandpiper.Plan(_cluster.Snapshot(now, true)).Value, now);
        if (_policy.Repacks && tick % TicksPerHour == 0)
            Carry(ClusterRepack.Plan(_cluster.Snapshot(now, true), new RepackOptions { MaxMovedShare = SimulationPolicy.MovedAtOnce, Steps = 2_000_000 }).Value.Plan, now);
    }

    /// <summary>Each wave begins when the one before should be done.</summary>
    private void Carry(Plan plan, double now)
    {
        var hosts = _cluster.Hosts.Index().ToDictionary(h => h.Item.Id, h => h.Index, StringComparer.Ordinal);
        foreach (var wave in plan.Waves)
        {
            foreach (var move in wave.Moves)
                if (hosts.TryGetValue(move.To, out var to)) Add(Kind.MoveBegin, now, SimulatedCluster.Index(move.ContainerId), hosts[move.From], to);
            now += wave.EstimatedSeconds;
        }
    }

    private bool Measure(int tick)
    {
        var use = new float[_cluster.Hosts.Count];
        foreach (var c in _cluster.Placed.Order()) use[_cluster.HostOf[c]] += (float)_trace.Use(c, tick);
        int used = 0, hot = 0, overloaded = 0;
        for (var h = 0; h < use.Length; h++)
        {
            use[h] /= Math.Max(1, _cluster.Hosts[h].Capacity[0]);
            if (_cluster.Count[h] > 0)
            {
                used++;
                _capacity += _cluster.Hosts[h].Capacity[0];
            }

            if (use[h] > HotShare) hot++;
            if (use[h] > 1) overloaded++;
            if (_cluster.IsDown[h]) use[h] = float.NaN;
        }

        _hot += hot;
        _hostsInUse.Add(used);
        _overloaded.Add(overloaded);
        _movesOf.Add(_moves - _movesBefore);
        _movesBefore = _moves;
        if (_records) _use.Add(use);
        if (used > _peak) (_peak, _packed) = (used, _records ? Packed() : []);
        return hot > 0;
    }

    private double[] Packed() =>
        [.. Enumerable.Range(0, _cluster.Hosts.Count).Select(h => _cluster.Reserved.Select((reserved, r) => reserved[h] / (double)Math.Max(1, _cluster.Hosts[h].Capacity[r])).Max()).OrderDescending()];

    private SimulationResult Result()
    {
        var decisions = _cluster.Decisions.Order().ToList();
        return new SimulationResult
        {
            Policy = _policy.Name,
            Hosts = _cluster.Hosts.Count,
            Containers = _trace.Containers.Count,
            Refused = _refused,
            Restarts = _restarts,
            Moves = _moves,
            Hot = _hot,
            Overloaded = _overloaded.Sum(),
            PeakHosts = _peak,
            MeanHosts = _hostsInUse.DefaultIfEmpty().Average(),
            MeanShare = _capacity / Math.Max(1, _hostsInUse.Count) / Math.Max(1, _cluster.Hosts.Sum(h => (double)h.Capacity[0])),
            DecisionMicros = decisions.Count == 0 ? 0 : decisions[decisions.Count / 2] * 1e6 / Stopwatch.Frequency,
            Series = new SimulationSeries(_hostsInUse, _overloaded, _movesOf, _use, _packed),
        };
    }
}

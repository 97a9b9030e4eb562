using System.Runtime.Intrinsics;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Repacking;

/// <summary>What each host holds while a cluster is repacked. Sums of whole numbers, so that what was taken in and out again leaves no trace, and
/// the same containers give the same answers however they came.</summary>
internal sealed class RepackState
{
    private readonly RepackModel _model;
    private readonly LaneLayout _layout;
    private readonly double[][] _lanes;
    private readonly int[][] _containers;
    private readonly int[][] _apps;
    private readonly int[] _count;
    private readonly double[][] _free;
    private readonly int[][] _peak;

    public RepackState(RepackModel model, IReadOnlyList<int> hostOf)
    {
        (_model, _layout) = (model, model.Layout);
        var hosts = model.Hosts.Length;
        _lanes = [.. model.Hosts.Select(_ => new double[_layout.Length])];
        (_containers, _apps, _count) = (new int[hosts][], new int[hosts][], new int[hosts]);
        for (var h = 0; h < hosts; h++) (_containers[h], _apps[h]) = (new int[8], new int[8]);
        _free = [.. model.Promisable.Select(p => p.ToArray())];
        _peak = [.. Enumerable.Range(0, model.Resources).Select(r => Enumerable.Repeat(_layout.PeakPoint(new double[_layout.Length], r), hosts).ToArray())];
        HostOf = [.. hostOf];
        for (var c = 0; c < HostOf.Length; c++)
            if (HostOf[c] >= 0) Enter(c, HostOf[c]);
    }

    public RepackModel Model => _model;

    /// <summary>By container: its host, or -1. <see cref="Enter"/> and <see cref="Leave"/> do not change it: a copy may be on a second host.</summary>
    public int[] HostOf { get; }

    public int Count(int host) => _count[host];

    public ReadOnlySpan<int> Containers(int host) => _containers[host].AsSpan(0, _count[host]);

    public ReadOnlySpan<double> Lanes(int host) => _lanes[host];

    public void Move(int container, int to)
    {
        if (HostOf[container] is >= 0 and var from) Leave(container, from);
        if (to >= 0) Enter(container, to);
        HostOf[container] = to;
    }

    public void Enter(int container, int host)
    {
        var count = _count[host]++;
        if (count == _containers[host].Length)
        {
            Array.Resize(ref _containers[host], 2 * count);
            Array.Resize(ref _apps[host], 2 * count);
        }

        (_containers[host][count], _apps[host][count]) = (container, _model.KindAt(container).App);
        Shift(host, _model.KindAt(container), 1);
    }

    public void Leave(int container, int host)
    {
        var (place, last) = (Array.IndexOf(_containers[host], container, 0, _count[host]), --_count[host]);
        (_containers[host][place], _apps[host][place]) = (_containers[host][last], _apps[host][last]);
        Shift(host, _model.KindAt(container), -1);
    }

    /// <summary>Whether the host may take one more of the kind when a container of <paramref name="minus"/> leaves, by every rule of placement.</summary>
    public bool Fits(ContainerKind kind, int host, ContainerKind? minus = null)
    {
        if (!kind.Open[host]) return false;
        var (load, plus) = (_lanes[host], kind.Lanes);
        for (var r = 0; r < _free.Length; r++)
        {
            if (kind.Peak[r] <= 0) continue;
            if (minus is null && _model.LimitShare is { } share && _free[r][host] < plus[r] * share) return false;
            // Most hosts that are too full already are so where either peaks: two sums instead of a day.
            var (most, own, there) = (_model.Capacity[r][host], kind.PeakPoint[r], _peak[r][host]);
            if (load[own] + plus[own] - (minus?.Lanes[own] ?? 0) > most || load[there] + plus[there] - (minus?.Lanes[there] ?? 0) > most) return false;
        }

        return Refusing(kind, host, minus) is null;
    }

    /// <summary>Why the host can't take one more of the kind, as the end of "12 …"; null when it can.</summary>
    public string? WhyNot(ContainerKind kind, int host) =>
        _model.ClosedBecause(kind.Example, host) ?? Refusing(kind, host, null);

    /// <summary>Share of the resource that is taken: of what is promised or of what is there, whichever is fuller. With a container more, where the host
    /// peaks or where that does.</summary>
    public double Fill(int resource, int host, ContainerKind? plus = null)
    {
        var lanes = _lanes[host];
        var (promisable, capacity, there) = (_model.Promisable[resource][host], _model.Capacity[resource][host], _peak[resource][host]);
        if (promisable <= 0 || capacity <= 0) return 0;
        var reserved = (lanes[LaneLayout.Limit(resource)] + (plus?.Lanes[LaneLayout.Limit(resource)] ?? 0)) * (_model.LimitShare ?? 0) / promisable;
        var measured = lanes[there];
        if (plus is not null) measured = Math.Max(measured + plus.Lanes[there], lanes[plus.PeakPoint[resource]] + plus.Lanes[plus.PeakPoint[resource]]);
        return Math.Max(reserved, measured / capacity + UnmeasuredShare(host, resource, plus, null));
    }

    /// <summary>What is left of the host: mean square of the free shares, resources weighted by their scarcity.</summary>
    public double Room(int host, ContainerKind? plus = null)
    {
        double sum = 0;
        for (var r = 0; r < _model.Resources; r++)
        {
            var left = 1 - Fill(r, host, plus);
            sum += _model.Weight[r] * left * left;
        }

        return sum;
    }

    /// <summary>The largest chance of overload over the resources.</summary>
    public double Risk(int host)
    {
        double risk = 0;
        for (var r = 0; r < _model.Resources; r++)
            if (_model.Capacity[r][host] > 0) risk = Math.Max(risk, Chance(host, r, null, null));
        return risk;
    }

    private string? Refusing(ContainerKind kind, int host, ContainerKind? minus)
    {
        var apps = _apps[host].AsSpan(0, _count[host]);
        if (_model.MostOfApp[kind.App] is > 0 and var most && apps.Count(kind.App) - (minus?.App == kind.App ? 1 : 0) >= most) return $"already run {kind.Example.App}";
        if (!_model.Rules.Allow(apps, kind.App, minus?.App ?? -1)) return $"hold apps that may not share a host with one more of {kind.Example.App}";
        for (var r = 0; r < _model.Resources; r++)
        {
            if (kind.Peak[r] <= 0) continue;
            var name = _model.Snapshot.Resources[r];
            if (_model.LimitShare is { } share && Math.Ceiling(share * Sum(host, LaneLayout.Limit(r), kind, minus)) > _model.Promisable[r][host])
                return $"lack {ResourceNames.FormatPromisable(name, kind.Example.Limits[r])}";
            if (!MeasuredFits(kind, host, minus, r)) return $"would be above the safe share of {name} at a peak";
            if (_model.Options.MaxOverloadChance < 1 && Chance(host, r, kind, minus) > _model.Options.MaxOverloadChance) return $"would be overloaded on {name} too often";
            if (_model.LimitShare is null && Predicted(kind, host, minus, r) > _model.Promisable[r][host])
                return $"lack {ResourceNames.FormatPromisable(name, kind.Example.Limits[r])}";
        }

        return null;
    }

    private double Sum(int host, int lane, ContainerKind? plus, ContainerKind? minus) =>
        _lanes[host][lane] + (plus?.Lanes[lane] ?? 0) - (minus?.Lanes[lane] ?? 0);

    /// <summary>The peak of the sum of what was measured stays within the safe share of what is left beside what was not measured.</summary>
    private bool MeasuredFits(ContainerKind kind, int host, ContainerKind? minus, int resource)
    {
        var left = 1 - UnmeasuredShare(host, resource, kind, minus);
        if (left < 0) return false;
        var bound = left * _model.Capacity[resource][host] * _model.Options.Safety;
        if (_layout.Curve(resource) is var curve && curve < 0) return Sum(host, _layout.Flat(resource), kind, minus) <= bound;
        var (load, plus, take) = (_lanes[host], kind.Lanes, minus?.Lanes);
        var most = Vector256.Create(bound);
        for (var i = curve; i < curve + _layout.Stride; i += 4)
        {
            var value = Vector256.LoadUnsafe(ref load[i]) + Vector256.LoadUnsafe(ref plus[i]);
            if (take is not null) value -= Vector256.LoadUnsafe(ref take[i]);
            if (Vector256.GreaterThanAny(value, most)) return false;
        }

        return true;
    }

    /// <summary>Share of the host that is taken by what nobody measured: its limits, of what is promised.</summary>
    private double UnmeasuredShare(int host, int resource, ContainerKind? plus, ContainerKind? minus) =>
        Sum(host, _layout.Unmeasured(resource), plus, minus) * (_model.LimitShare ?? 1) / Math.Max(1, _model.Promisable[resource][host]);

    private double Chance(int host, int resource, ContainerKind? plus, ContainerKind? minus) => OverloadChance.Of(
        Sum(host, _layout.Mean(resource), plus, minus) + UnmeasuredShare(host, resource, plus, minus) * _model.Capacity[resource][host],
        _layout.ToVariance(resource, Sum(host, _layout.Variance(resource), plus, minus)), _model.Capacity[resource][host]);

    /// <summary>The peak the policy's predictor foresees.</summary>
    private double Predicted(ContainerKind kind, int host, ContainerKind? minus, int resource)
    {
        var usages = new List<ContainerUsage>(_count[host] + 1) { Usage(kind.Example, resource) };
        var skipped = minus is null;
        // In the order of containers: a sum of floats must not depend on who came first.
        foreach (var container in Containers(host).ToArray().Order())
        {
            if (!skipped && ReferenceEquals(_model.KindAt(container), minus)) skipped = true;
            else usages.Add(Usage(_model.Snapshot.Containers[container], resource));
        }

        return Math.Ceiling(_model.Predictor.Peak(usages));
    }

    private static ContainerUsage Usage(ContainerSnapshot container, int resource) =>
        new(container.Limits[resource], container.Profile(resource));

    private void Shift(int host, ContainerKind kind, int sign)
    {
        var (load, lanes) = (_lanes[host], kind.Lanes);
        for (var i = 0; i < load.Length; i++) load[i] += sign * lanes[i];
        for (var r = 0; r < _free.Length; r++)
        {
            _free[r][host] = _model.Promisable[r][host] - load[r] * (_model.LimitShare ?? 0);
            _peak[r][host] = _layout.PeakPoint(load, r);
        }
    }
}

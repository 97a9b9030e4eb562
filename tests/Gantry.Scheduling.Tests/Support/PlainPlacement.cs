using Gantry.Scheduling.Model;
using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Placement written a second time: filters, reservation, ranking and explanation over plain lists. Nothing is kept from one question to the
/// next, nothing is sampled, and nothing of the product is used but its model.</summary>
internal sealed class PlainPlacement(ClusterSnapshot snapshot)
{
    private readonly ClusterSnapshot _snapshot = snapshot.Canonical();
    private readonly List<(PlacementRequest Request, string Host)> _placed = [];
    private readonly HashSet<string> _gone = [];

    public IReadOnlyList<HostSnapshot> Hosts => _snapshot.Hosts;

    public void Place(PlacementRequest request, int host) => _placed.Add((request, Hosts[host].Id));

    public void Release(PlacementRequest request, int host) => _placed.Remove((request, Hosts[host].Id));

    public void Evict(string container) => _gone.Add(container);

    /// <summary>The weighted sum of the rankers, or null where a filter refuses.</summary>
    public double? Score(PlacementRequest request, int host) =>
        WhyNot(request, Hosts[host]) is not null ? null
        : _snapshot.Policy.Rankers.Sum(r => r.Weight * PlainRankers.Score(r.Ranker, View(request, host)));

    /// <summary>"2 of 40 hosts: 12 draining, …": each host under the first filter that refuses it.</summary>
    public string Explain(PlacementRequest request)
    {
        if (Hosts.Count == 0) return "0 of 0 hosts: the cluster has none. Add a host.";
        var reasons = Hosts.Select(h => WhyNot(request, h)).ToList();
        var counts = reasons.OfType<(int Order, string Text)>().GroupBy(r => r).OrderBy(g => g.Key.Order).Select(g => $"{g.Count()} {g.Key.Text}");
        return $"{reasons.Count(r => r is null)} of {Hosts.Count} hosts: {string.Join(", ", counts)}";
    }

    /// <summary>What is left of what may be promised, by resource.</summary>
    public long[] Free(HostSnapshot host) =>
    [
        .. _snapshot.Resources.Select((_, r) => Promisable(host, r) - (long)Math.Ceiling(Reserved(host, r)) - _placed.Where(p => p.Host == host.Id).Sum(p => p.Request.Limits[r])),
    ];

    /// <summary>Containers of an app on a host.</summary>
    public int Count(string app, string host) => Running(host).Count(c => c.App == app) + _placed.Count(p => p.Host == host && p.Request.App == app);

    public long Promisable(HostSnapshot host, int r)
    {
        var all = _snapshot.Policy.Overcommit.Where(o => o.Resource == _snapshot.Resources[r]).ToList();
        var entry = all.Find(o => o.Class == host.Class) ?? all.Find(o => o.Class == "");
        return entry is null ? host.Capacity[r] : (long)(host.Capacity[r] * entry.Factor);
    }

    private IEnumerable<ContainerSnapshot> Running(string host) => _snapshot.Containers.Where(c => c.Host == host && !_gone.Contains(c.Id));

    /// <summary>What the policy's predictor foresees for the containers that were there before the pass; those placed since count with their limits.</summary>
    private double Reserved(HostSnapshot host, int r) =>
        PlainPredictors.Peak(_snapshot.Policy.Predictor, [.. Running(host.Id).Select(c => new ContainerUsage(c.Limits[r], c.Profiles.Count > r ? c.Profiles[r] : null))]);

    /// <summary>The first rule that keeps the request off the host, with its place in the order of explanations.</summary>
    private (int Order, string Text)? WhyNot(PlacementRequest request, HostSnapshot host)
    {
        var where = request.Constraints;
        if (host.State == HostState.Draining) return (1, "draining");
        if (host.State == HostState.Down) return (2, "down");
        if (host.DedicatedTo != "" && host.DedicatedTo != request.Owner) return (3, "dedicated to other owners");
        if (host.DedicatedTo == "" && where.DedicatedOnly) return (4, $"not dedicated to {request.Owner}");
        if (where.Classes.Count > 0 && !where.Classes.Contains(host.Class)) return (5, $"not of class {string.Join(" or ", where.Classes)}");
        if (where.Zones.Count > 0 && !where.Zones.Contains(host.Zone)) return (6, $"not in zone {string.Join(" or ", where.Zones)}");
        var label = where.Labels.Select((l, i) => (l, i)).FirstOrDefault(x => !host.Labels.Contains(x.l));
        if (label.l.Key is not null) return (10 + label.i, $"lack label {label.l.Key}={label.l.Value}");
        if (request.Volume != "" && !host.Volumes.Contains(request.Volume)) return (50, $"do not hold volume {request.Volume}");
        if (where.MaxPerHost > 0 && Count(request.App, host.Id) >= where.MaxPerHost) return (60, $"already run {request.App}");
        if (Interferes(request.App, host.Id) is { } other) return (70, $"hold as much of {other} as may share a host with {request.App}");
        for (var r = 0; r < _snapshot.Resources.Count; r++)
            if (request.Limits[r] > 0 && request.Limits[r] > Free(host)[r])
                return (100 + r, $"lack {ResourceNames.FormatPromisable(_snapshot.Resources[r], request.Limits[r])}");
        return null;
    }

    /// <summary>The other app of the first rule that one more would break.</summary>
    private string? Interferes(string app, string host)
    {
        foreach (var rule in _snapshot.Interference.Where(i => i.App == app || i.Other == app))
        {
            int One(string name) => Count(name, host) + (name == app ? 1 : 0);
            if (One(rule.App) == 0) continue;
            if (One(rule.Other) > (rule.App == rule.Other ? rule.Most + 1 : rule.Most)) return rule.App == app ? rule.Other : rule.App;
        }

        return null;
    }

    private HostView View(PlacementRequest request, int index)
    {
        var host = Hosts[index];
        var promisable = _snapshot.Resources.Select((_, r) => Promisable(host, r)).ToArray();
        return new HostView(promisable, Free(host), [.. request.Limits])
        {
            Own = Count(request.App, host.Id),
            OwnInZone = Hosts.Where(h => h.Zone == host.Zone).Sum(h => Count(request.App, h.Id)),
            Containers = Running(host.Id).Count() + _placed.Count(p => p.Host == host.Id),
            Index = index,
            Hosts = Hosts.Count,
            Wanted = request.Count,
            Queue = (host.RunQueue ?? 0) + (promisable[0] == 0 ? 0 : _placed.Where(p => p.Host == host.Id).Sum(p => p.Request.Limits[0] / (double)promisable[0])),
            HasImage = request.Image != "" && host.Images.Contains(request.Image),
        };
    }
}

using System.Globalization;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Prediction;
using Gantry.Scheduling.Profiles;

namespace Gantry.Lab.Commands;

/// <summary>A change of a cluster that somebody thinks of.</summary>
internal sealed record WhatIfChange
{
    /// <summary>Ids of hosts to take away; what runs there has to go elsewhere.</summary>
    public IReadOnlyList<string> RemoveHosts { get; init; } = [];

    /// <summary>How many hosts more, each like the largest there is.</summary>
    public int AddHosts { get; init; }

    /// <summary>Overcommit as <c>cpu=1.5</c>, for all classes.</summary>
    public IReadOnlyList<string> Overcommit { get; init; } = [];

    /// <summary>Name of the predictor, or empty for that of the snapshot.</summary>
    public string Predictor { get; init; } = "";

    /// <summary>Name of the only ranker, or empty for those of the snapshot.</summary>
    public string Ranker { get; init; } = "";

    /// <summary>Factor on everything that was measured and asked for: 1.2 is a fifth more of each container.</summary>
    public double Load { get; init; } = 1;

    /// <summary>The changed cluster: what ran on hosts that are gone is pending.</summary>
    public ClusterSnapshot Apply(ClusterSnapshot snapshot)
    {
        if (RemoveHosts.Except(snapshot.Hosts.Select(h => h.Id)).FirstOrDefault() is { } unknown) throw new LabException($"There is no host {unknown} to take away.");
        if (!(Load > 0) || double.IsInfinity(Load)) throw new LabException($"A load of {Load.ToString(CultureInfo.InvariantCulture)} means nothing. Use a factor above 0; 1 changes nothing.");
        if (Predictor.Length > 0 && PeakPredictors.Find(Predictor) is null) throw new LabException($"There is no predictor {Predictor}. Use one of {string.Join(", ", PeakPredictors.All.Select(p => p.Name))}.");
        if (Ranker.Length > 0 && Rankers.All.All(r => r.Name != Ranker)) throw new LabException($"There is no ranker {Ranker}. Use one of {string.Join(", ", Rankers.All.Select(r => r.Name))}.");
        var removed = RemoveHosts.ToHashSet(StringComparer.Ordinal);
        var containers = snapshot.Containers.Select(Grow).ToList();
        return snapshot with
        {
            Hosts = [.. snapshot.Hosts.Where(h => !removed.Contains(h.Id)), .. More(snapshot)],
            Containers = [.. containers.Where(c => !removed.Contains(c.Host))],
            Pending = [.. snapshot.Pending, .. containers.Where(c => removed.Contains(c.Host)).Select(Request)],
            Policy = snapshot.Policy with
            {
                Overcommit = [.. Overcommit.Select(Parse), .. snapshot.Policy.Overcommit.Where(o => Overcommit.Select(Parse).All(n => n.Resource != o.Resource))],
                Predictor = Predictor.Length > 0 ? Predictor : snapshot.Policy.Predictor,
                Rankers = Ranker.Length > 0 ? [new RankerWeight(Ranker, 1)] : snapshot.Policy.Rankers,
            },
        };
    }

    private IEnumerable<HostSnapshot> More(ClusterSnapshot snapshot)
    {
        if (AddHosts == 0) return [];
        if (snapshot.Hosts.MaxBy(h => h.Capacity[0]) is not { } largest) throw new LabException("The cluster has no host that new ones could be like.");
        return Enumerable.Range(1, AddHosts).Select(i => new HostSnapshot(string.Create(CultureInfo.InvariantCulture, $"new-{i:0000}"), largest.Capacity) { Class = largest.Class, Zone = largest.Zone });
    }

    private ContainerSnapshot Grow(ContainerSnapshot container) => Load == 1 ? container : container with
    {
        Limits = [.. container.Limits.Select(l => (long)Math.Ceiling(l * Load))],
        Profiles = [.. container.Profiles.Select(p => p is null ? null : new ProfileSnapshot([.. p.Window.Select(v => (float)(v * Load))]) { Daily = [.. p.Daily.Select(v => (float)(v * Load))], Pressure = p.Pressure })],
    };

    public static PlacementRequest Request(ContainerSnapshot container) => new(container.Id, container.App, 1, container.Limits)
    {
        Type = container.Type,
        Owner = container.Owner,
        Priority = container.Priority,
        Volume = container.Volume,
        Image = container.Image,
        Constraints = container.Constraints,
    };

    private static Overcommit Parse(string text) =>
        text.Split('=') is [var resource, var factor] && double.TryParse(factor, CultureInfo.InvariantCulture, out var value) ? new Overcommit("", resource, value)
        : throw new LabException($"'{text}' is no overcommit. Write the resource and its factor: cpu=1.5.");
}

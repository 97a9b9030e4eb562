namespace Gantry.Scheduling.Model;

/// <summary>Where containers may run. A container without constraints runs anywhere that is not dedicated to others.</summary>
public sealed record PlacementConstraints
{
    public static PlacementConstraints None { get; } = new();

    /// <summary>Labels a host must have with these values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new SortedDictionary<string, string>();

    /// <summary>Zones that are allowed; empty allows all.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Host classes that are allowed; empty allows all.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>Containers of the same app, of whatever type, a host may hold; 0 sets no bound.</summary>
    public int MaxPerHost { get; init; }

    /// <summary>Only on hosts dedicated to the owner.</summary>
    public bool DedicatedOnly { get; init; }
}

/// <summary>A group of equal containers that wait for a place.</summary>
/// <param name="Id">Unique among the requests of a pass; the plan refers to it.</param>
/// <param name="App">The app the containers belong to.</param>
/// <param name="Count">How many; at least 1.</param>
/// <param name="Limits">The limits of each, in the order of <see cref="ClusterSnapshot.Resources"/>.</param>
public sealed record PlacementRequest(string Id, string App, int Count, IReadOnlyList<long> Limits)
{
    public string Type { get; init; } = "web";

    public string Owner { get; init; } = "";

    public int Priority { get; init; }

    public string Volume { get; init; } = "";

    public string Image { get; init; } = "";

    public PlacementConstraints Constraints { get; init; } = PlacementConstraints.None;
}

/// <summary>A host that holds at least one container of <paramref name="App"/> may hold at most <paramref name="Most"/> of
/// <paramref name="Other"/>. Where both are the same app, one more than <paramref name="Most"/> may be there.</summary>
/// <remarks>The rule <c>a,b,k</c> of the Alibaba Global Scheduling Algorithm Competition 2018.</remarks>
public sealed record InterferenceRule(string App, string Other, int Most);

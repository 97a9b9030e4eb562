using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>What the filters depend on that nothing in a pass changes; equal keys share one list of open hosts.</summary>
internal readonly struct StaticKey(string owner, PlacementConstraints constraints) : IEquatable<StaticKey>
{
    private readonly string _owner = owner;
    private readonly PlacementConstraints _constraints = constraints;

    public bool Equals(StaticKey other) => _owner == other._owner && Same(_constraints, other._constraints);

    public override bool Equals(object? obj) => obj is StaticKey other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_owner.Length, _constraints.Labels.Count, _constraints.Zones.Count, _constraints.Classes.Count);

    public static bool Same(PlacementConstraints a, PlacementConstraints b) =>
        ReferenceEquals(a, b)
        || (a.MaxPerHost == b.MaxPerHost && a.DedicatedOnly == b.DedicatedOnly && a.Labels.Count == b.Labels.Count
            && a.Labels.All(l => b.Labels.TryGetValue(l.Key, out var value) && value == l.Value)
            && a.Zones.SequenceEqual(b.Zones) && a.Classes.SequenceEqual(b.Classes));
}

using System.Collections;
using System.Reflection;
using CsCheck;
using Gantry.Domain;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests;

/// <summary>Snapshots of which up to three numbers, names or lists are replaced by what nobody should send: every pass refuses them with a cause or works
/// with them, and none crashes or makes a plan that can't be written down.</summary>
public sealed class FuzzTests
{
    [Fact]
    public void Pass_OnABrokenSnapshot_RefusesOrWorksButNeverCrashes() => Gen.Select(Any, RepackClusters.Options, Gen.ULong).Sample((snapshot, options, seed) =>
    {
        var d = new Draw(seed);
        for (var i = d.Int(1, 3); i > 0; i--) snapshot = (ClusterSnapshot)Broken(snapshot, d);
        var refusal = SnapshotRules.Check(snapshot);
        Same(refusal, Placer.Plan(snapshot), p => p);
        Same(refusal, Sandpiper.Plan(snapshot), p => p);
        Same(refusal, ClusterRepack.Plan(snapshot, options with { Steps = 2000 }), p => p.Plan);
        if (refusal is not null)
        {
            Assert.NotEmpty(refusal.Field);
            Assert.Matches(@"[.].+[.]$", refusal.Message);
        }
    }, iter: 3000);

    private static Gen<ClusterSnapshot> Any => Gen.OneOf(PlacementClusters.Measured, HotClusters.Any, RepackClusters.Any);

    private static void Same<T>(Refusal? refusal, Outcome<T> outcome, Func<T, Plan> plan)
    {
        Assert.Equal(refusal, outcome.Refusal);
        if (outcome.IsSuccess) Assert.NotEmpty(SnapshotSerializer.Write(plan(outcome.Value)));
    }

    /// <summary>A copy with one value somewhere below replaced.</summary>
    private static object Broken(object value, Draw d)
    {
        if (value is IList list && value is not IDictionary)
        {
            var copy = Array.CreateInstance(ItemOf(value), list.Count);
            list.CopyTo(copy, 0);
            if (list.Count == 0 || d.Once(20)) return d.Once(2) ? Array.CreateInstance(ItemOf(value), 0) : Twice(copy);
            var at = d.Int(0, list.Count - 1);
            if (copy.GetValue(at) is { } item) copy.SetValue(Broken(item, d), at);
            return copy;
        }

        if (Extreme(value, d) is { } extreme) return extreme;
        if (value is IDictionary || value is ValueType) return value;
        var properties = Filled.Written(value.GetType()).Where(p => p.GetValue(value) is not null && p.Name is not ("Version" or "Seed")).ToArray();
        var property = d.Pick(properties);
        var clone = value.GetType().GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance)!.Invoke(value, null)!;
        property.SetValue(clone, Broken(property.GetValue(value)!, d));
        return clone;
    }

    private static object? Extreme(object value, Draw d) => value switch
    {
        long => d.Pick(0, -1, 1, long.MaxValue, long.MinValue, 1L << 52, 1L << 40),
        int => d.Pick(0, -1, 1, int.MaxValue, int.MinValue),
        double => d.Pick(0, -1, double.NaN, double.PositiveInfinity, double.MaxValue, double.Epsilon, 1e300),
        float => d.Pick(0, -1, float.NaN, float.PositiveInfinity, float.MaxValue, float.Epsilon),
        string => d.Pick("", "h0", "c01", "limits", "cpu", "x"),
        bool truth => !truth,
        DateTimeOffset => d.Pick(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch),
        HostState => (HostState)d.Int(0, 2),
        _ => null,
    };

    private static Type ItemOf(object list) => list.GetType().GetElementType() ?? list.GetType().GetGenericArguments()[0];

    private static Array Twice(Array items)
    {
        var twice = Array.CreateInstance(items.GetType().GetElementType()!, 2 * items.Length);
        items.CopyTo(twice, 0);
        items.CopyTo(twice, items.Length);
        return twice;
    }
}

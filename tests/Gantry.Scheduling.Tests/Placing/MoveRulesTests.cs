using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Placing;

/// <summary>What a relief may move where, with what leaves for it and with what was moved before in the same pass.</summary>
public sealed class MoveRulesTests
{
    private static readonly ContainerSnapshot _a = Container("a", "x", "h1", 3000, 1), _b = Container("b", "y", "h2", 2500, 1), _c = Container("c", "z", "h2", 1000, 1);
    private static readonly HostSnapshot _h1 = Host("h1"), _h2 = Host("h2"), _h3 = Host("h3");

    private static MoveRules Rules(params InterferenceRule[] rules) => new(Of(_h1, _h2, _h3) with { Containers = [_a, _b, _c], Interference = rules });

    [Fact]
    public void Move_WithWhatLeavesForIt_NeedsItsRoomOnly()
    {
        var rules = Rules();
        Assert.True(rules.Allows(_a, _h3, []));
        Assert.False(rules.Allows(_a, _h2, []));
        Assert.False(rules.Allows(_a, _h2, [_c])); // 1500 are free then
        Assert.True(rules.Allows(_a, _h2, [_b])); // 3000
        // Asked any number of times, and in any order, the answer is the same.
        Assert.False(rules.Allows(_a, _h2, []));
        Assert.True(rules.Allows(_a, _h3, []));
    }

    /// <summary>A rule between apps is kept by what stays, not by what leaves.</summary>
    [Fact]
    public void Move_BesideAnAppItMayNotMeet_WaitsUntilThatLeaves()
    {
        var small = _a with { Limits = [100, 1] };
        var rules = Rules(new InterferenceRule("y", "x", 0));
        Assert.False(rules.Allows(small, _h2, []));
        Assert.False(rules.Allows(small, _h2, [_c]));
        Assert.True(rules.Allows(small, _h2, [_b]));
        Assert.False(rules.Allows(small, _h2, []));
    }

    /// <summary>Moved twice: its first host and its second are free of it again, its third holds it with its limits.</summary>
    [Fact]
    public void Moved_FromHostToHost_IsOnTheLastOnly()
    {
        var rules = Rules();
        rules.Moved(_a, "h1", "h3");
        Assert.True(rules.Allows(_b, _h1, []));
        Assert.False(rules.Allows(_b, _h3, []));
        // What came in this pass may leave again for another one.
        Assert.True(rules.Allows(_b, _h3, [_a]));
        Assert.False(rules.Allows(_b, _h3, []));
        rules.Moved(_a, "h3", "h1");
        Assert.True(rules.Allows(_b, _h3, []));
        Assert.False(rules.Allows(_b, _h1, []));
    }

    /// <summary>Measured at 500 of its limit of 3000, it counts with 500 where it is and with 3000 where it goes: nothing was measured of it there.</summary>
    [Fact]
    public void Moved_WherePredictedUseIsReserved_CountsWithItsLimitsFromThen()
    {
        var idle = _a with { Profiles = [new ProfileSnapshot([.. Enumerable.Repeat(500f, 40)]), null] };
        var rules = new MoveRules(Of(_h1, _h2, _h3) with { Containers = [idle, _b, _c], Policy = new ClusterPolicy { Predictor = "percentile-sum" } });
        Assert.True(rules.Allows(_b, _h1, []));
        // To ask what would be without it takes nothing away: 3500 are free beside its 500, as before.
        Assert.True(rules.Allows(_b, _h1, [idle]));
        Assert.True(rules.Allows(_b, _h1, []));
        rules.Moved(idle, "h1", "h3");
        Assert.False(rules.Allows(_b, _h3, []));
        Assert.True(rules.Allows(_c, _h3, []));
        rules.Moved(_b, "h2", "h1");
        // 1500 are left there, and 4000 once it leaves again.
        Assert.False(rules.Allows(idle, _h1, []));
        Assert.True(rules.Allows(idle, _h1, [_b]));
    }
}

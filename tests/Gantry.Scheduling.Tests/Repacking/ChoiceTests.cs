using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Which host is freed and which container moves when not all can be: worked out by hand.</summary>
public sealed class ChoiceTests
{
    /// <summary>Three hosts with 800, 400 and 600 of 4000, a budget of one move: the one with the least to move for its price.</summary>
    [Theory]
    [InlineData(1, 1, 1, "h2")]
    [InlineData(3, 1, 1, "h1")] // 800 for 3 is 267 for 1
    [InlineData(1, 1, 2, "h3")] // 300 for 1
    [InlineData(2, 1, 1.5, "h1")] // 400 for 1 each: the first
    public void Freed_WithABudget_IsTheLeastForItsPrice(double price1, double price2, double price3, string freed)
    {
        var snapshot = Of(Host("h1") with { Class = "x" }, Host("h2") with { Class = "y" }, Host("h3") with { Class = "z" }, Host("h4")) with
        {
            Containers = [Container("a", "a", "h1", 800, 1), Container("b", "b", "h2", 400, 1), Container("c", "c", "h3", 600, 1), Container("d", "d", "h4", 2000, 1) with { Movable = false }],
        };
        var options = new RepackOptions { MaxMovedShare = 0.25, Prices = new Dictionary<string, double> { ["x"] = price1, ["y"] = price2, ["z"] = price3, [""] = 1 } };
        Assert.Equal([freed], ClusterRepack.Plan(snapshot, options).Value.Report.Freed);
    }

    /// <summary>A host that drains gives what it can before any other is freed, even where that frees none.</summary>
    [Fact]
    public void Draining_Host_ComesBeforeTheEmptiest()
    {
        var snapshot = Of(Host("h1") with { State = HostState.Draining }, Host("h2"), Host("h3")) with
        {
            Containers = [Container("a", "a", "h1", 500), Container("a2", "a", "h1", 500) with { Movable = false }, Container("b", "b", "h2", 100), Container("c", "c", "h3", 2000)],
        };
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { MaxMovedShare = 0.25 }).Value;
        Assert.Equal("a", Assert.Single(plan.Plan.Waves.SelectMany(w => w.Moves)).ContainerId);
        Assert.Empty(plan.Report.Freed);
    }

    /// <summary>With one move a draining host gives its largest, and of equals the first.</summary>
    [Theory]
    [InlineData(500, 900, "b")]
    [InlineData(900, 500, "a")]
    [InlineData(700, 700, "a")]
    public void Draining_Host_GivesItsLargestFirst(long a, long b, string given)
    {
        var snapshot = Of(Host("h1") with { State = HostState.Draining }, Host("h2")) with
        {
            Containers = [Container("a", "a", "h1", a), Container("b", "b", "h1", b), Container("c", "c", "h2", 100), Container("d", "d", "h2", 100)],
        };
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { MaxMovedShare = 0.25 }).Value;
        Assert.Equal(given, Assert.Single(plan.Plan.Waves.SelectMany(w => w.Moves)).ContainerId);
    }

    /// <summary>Freeing a host that costs nothing is no gain, and one whose container may not go is not tried with the others.</summary>
    [Fact]
    public void Freed_WhereThatGainsNothing_IsNone()
    {
        var snapshot = Of(Host("h1") with { Class = "free" }, Host("h2")) with { Containers = [Container("a", "a", "h1", 400), Container("b", "b", "h2", 2000) with { Movable = false }] };
        var prices = new Dictionary<string, double> { ["free"] = 0, [""] = 80 };
        Assert.Empty(ClusterRepack.Plan(snapshot, new RepackOptions { Prices = prices }).Value.Plan.Waves);
        Assert.Single(ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Plan.Waves);
        var pinned = snapshot with { Containers = [.. snapshot.Containers, Container("p", "p", "h1", 100) with { Movable = false }] };
        Assert.Empty(ClusterRepack.Plan(pinned, new RepackOptions()).Value.Plan.Waves);
    }

    /// <summary>h1 would be full of memory and h2 of cpu, each with nine tenths of the other free: half of all memory is wanted and a quarter of the cpu,
    /// so memory is what a place should use up. With equal weights it would be h2, which keeps a little less of the other.</summary>
    [Fact]
    public void Target_OfAMove_IsTheTightestInWhatIsScarce()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3"), Host("h4")) with
        {
            Containers =
            [
                Container("m", "m", "h1", 100, 3584) with { Movable = false }, Container("n", "n", "h2", 3800, 0) with { Movable = false },
                Container("a", "a", "h3", 200, 512), Container("z", "z", "h4", 0, 4096) with { Movable = false },
            ],
        };
        Assert.Equal("h1", Assert.Single(ClusterRepack.Plan(snapshot, new RepackOptions()).Value.Plan.Waves.SelectMany(w => w.Moves)).To);
    }

    /// <summary>No single move evens out 3000 against 2000: an exchange of 1500 for 1000 does.</summary>
    [Fact]
    public void Balance_WhereNoMoveHelps_ExchangesTwo()
    {
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 4000, 65_536)) with
        {
            Containers = [Container("a", "a", "h1", 1500, 0), Container("b", "b", "h1", 1500, 0), Container("c", "c", "h2", 1000, 0), Container("d", "d", "h2", 1000, 0)],
        };
        var report = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = 0.01, StopTheWorld = true }).Value.Report;
        Assert.Equal((2, 0.0), (report.Moves, Math.Round(report.ImbalanceAfter, 9)));
        Assert.Equal(0.2, report.ImbalanceBefore, 9);
    }

    /// <summary>An exchange needs both to go: where the lesser ones may not, the hosts stay as they are.</summary>
    [Fact]
    public void Balance_WhereThePartnerMayNotMove_ExchangesNothing()
    {
        var snapshot = Of(Host("h1", 4000, 65_536), Host("h2", 4000, 65_536)) with
        {
            Containers = [Container("a", "a", "h1", 1500, 0), Container("b", "b", "h1", 1500, 0), Container("c", "c", "h2", 1000, 0) with { Movable = false }, Container("d", "d", "h2", 1000, 0) with { Movable = false }],
        };
        Assert.Empty(ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = 0.01, StopTheWorld = true }).Value.Plan.Waves);
    }

    /// <summary>Of moves that gain alike the one of the lowest numbers: the first container to the first host.</summary>
    [Fact]
    public void Balance_OfEqualMoves_TakesTheFirst()
    {
        var snapshot = Of(Host("h1"), Host("h2"), Host("h3")) with { Containers = [Container("a", "a", "h3", 1000), Container("b", "b", "h3", 1000), Container("c", "c", "h3", 1000)] };
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, MaxMovedShare = 0.34 }).Value;
        Assert.Equal([("a", "h1")], plan.Plan.Waves.SelectMany(w => w.Moves).Select(m => (m.ContainerId, m.To)));
    }

    /// <summary>The eight fullest hosts can give nothing: the search looks further, and finds the ninth.</summary>
    [Fact]
    public void Balance_WhereTheFullestAreStuck_LooksAtMoreHosts()
    {
        var snapshot = Of([.. Enumerable.Range(0, 20).Select(i => Host($"h{i:00}"))]) with
        {
            Containers =
            [
                .. Enumerable.Range(0, 20).Where(i => i != 8).Select(i => Container($"c{i:00}", $"a{i}", $"h{i:00}", i < 8 ? 3000 : 500, 1) with { Movable = false }),
                Container("x", "x", "h08", 1000, 1), Container("y", "y", "h08", 1000, 1),
            ],
        };
        var moves = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.Balance, BalanceGoal = 0 }).Value.Plan.Waves.SelectMany(w => w.Moves).ToList();
        Assert.Equal(("x", "h08", "h09"), (Assert.Single(moves).ContainerId, moves[0].From, moves[0].To));
    }

    /// <summary>Of three that could go the one whose move gains most: 900 of 3900 brings the host to 3000, where e^0.25 is paid for and not e^0.475.</summary>
    [Fact]
    public void Convex_OneMove_IsTheOneThatGainsMost()
    {
        var snapshot = Of(Host("h1"), Host("h2")) with
        {
            Containers = [Container("a", "a", "h1", 100, 1), Container("b", "b", "h1", 900, 1), Container("c", "c", "h1", 2900, 1) with { Movable = false }, Container("d", "d", "h2", 1000, 1)],
        };
        var plan = ClusterRepack.Plan(snapshot, new RepackOptions { Objective = RepackObjective.ConvexCost, MaxMovedShare = 0.25 }).Value;
        Assert.Equal("b", Assert.Single(plan.Plan.Waves.SelectMany(w => w.Moves)).ContainerId);
        Assert.Equal(2 + 10 * (Math.Exp(0.25) - 1), plan.Report.CostAfter, 9);
    }

    /// <summary>Largest first, each where it raises the cost least: what is placed already stays, and what fits nowhere is named.</summary>
    [Fact]
    public void Construction_ByHand_PlacesTheLargestFirstAndNamesTheRest()
    {
        // Items of 6, 5, 4 and 6 on hosts of 10 and 9, the first of which holds a 6 already.
        var problem = new PackingProblem(1, [[6.0], [5], [4]], [[], [], []], [0, 2, 1, 0], [new PackingHost([10], []), new PackingHost([9], [])], []) { Alpha = 0 };
        var state = new PackingState(problem);
        state.Add(0, 0, state.CostWith(0, 0, -1));
        var homeless = PackingConstruction.Fill(state, [0, 1], 1);
        Assert.Equal(0, state.HostOf[0]);
        // The second 6 is the largest of those left and takes the second host; then 4 goes beside the first, and 5 is left.
        Assert.Equal((1, 0), (state.HostOf[3], state.HostOf[1]));
        Assert.Equal([2], homeless);
    }

    /// <summary>Only the hosts that are given are used.</summary>
    [Fact]
    public void Construction_OnSomeHosts_LeavesTheOthersEmpty()
    {
        var problem = new PackingProblem(1, [[1.0]], [[]], [0, 0, 0], [.. Enumerable.Repeat(new PackingHost([2], []), 4)], []);
        var state = new PackingState(problem);
        Assert.Single(PackingConstruction.Fill(state, [1], 1));
        Assert.Equal([0, 2, 0, 0], Enumerable.Range(0, 4).Select(state.Count));
    }
}

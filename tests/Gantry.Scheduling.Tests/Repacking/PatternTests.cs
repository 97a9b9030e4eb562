using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

public sealed class PatternTests
{
    private const long Enough = 1_000_000;

    private static Gen<PatternProblem> Any =>
        from needs in Gen.Int[0, 7].Array[2].Array[1, 5]
        from demand in Gen.Int[0, 6].Array[5]
        from capacities in Gen.Int[0, 15].Array[2].Array[1, 3]
        from hosts in Gen.Int[0, 4].Array[3]
        from open in Gen.Frequency((4, Gen.Const(true)), (1, Gen.Const(false))).Array[15]
        select new PatternProblem(
            [.. needs.Select(n => n.Select(v => (double)v).ToArray())], [.. demand.Take(needs.Length)],
            [.. capacities.Select(c => c.Select(v => (double)v).ToArray())], [.. hosts.Take(capacities.Length)],
            [.. capacities.Select((_, size) => needs.Select((_, shape) => open[5 * size + shape]).ToArray())]);

    [Fact]
    public void Knapsack_AnyPrices_FindsWhatTryingAllFinds() => Gen.Select(Any, Gen.Double[0, 1].Array[5]).Sample((problem, prices) =>
    {
        for (var size = 0; size < problem.Sizes; size++)
        {
            var (pattern, value, bound) = new PatternKnapsack(problem, size).Solve(prices, problem.Demand, Enough);
            Assert.Equal(Best(problem, size, prices, 0, problem.Capacity[size]), value, 1e-6);
            Assert.Equal(value, pattern.Items.Sum(i => i.Count * prices[i.Shape]), 1e-6);
            Assert.InRange(bound, value, value + 1e-6);
            Assert.All(pattern.Items, i => Assert.True(problem.Open[size][i.Shape] && i.Count <= problem.Demand[i.Shape]));
            for (var r = 0; r < 2; r++) Assert.True(pattern.Items.Sum(i => i.Count * problem.Need[i.Shape][r]) <= problem.Capacity[size][r]);
        }
    }, iter: 2000);

    [Fact]
    public void Knapsack_CutOff_NamesABoundThatHolds() => Gen.Select(Any, Gen.Double[0, 1].Array[5], Gen.Int[0, 5]).Sample((problem, prices, nodes) =>
    {
        var (_, value, bound) = new PatternKnapsack(problem, 0).Solve(prices, problem.Demand, nodes);
        Assert.InRange(Best(problem, 0, prices, 0, problem.Capacity[0]), value - 1e-6, bound + 1e-6);
    }, iter: 2000);

    [Fact]
    public void Program_AnyDemand_LeavesNoMoreOverThanAnyPacking() => Any.Sample(problem =>
    {
        var program = new PatternProgram(problem);
        program.Solve(problem.Demand, problem.Hosts, 100, Enough);
        Assert.True(program.LeftOver <= LeftOverByFirstFit(problem) + 0.01);
        Assert.All(program.Prices, p => Assert.InRange(p, 0, 1));
        foreach (var (size, hosts) in program.Solution.GroupBy(s => s.Pattern.Size).Select(g => (g.Key, g.Sum(s => s.Hosts)))) Assert.True(hosts <= problem.Hosts[size] + 0.01);
        for (var shape = 0; shape < problem.Shapes; shape++)
            Assert.True(program.Solution.Sum(s => s.Hosts * s.Pattern.Items.Where(i => i.Shape == shape).Sum(i => i.Count)) + program.LeftOver >= problem.Demand[shape] - 0.01);
    }, iter: 1000);

    /// <summary>Weak duality: at any prices of containers no packing leaves over less than what they are worth beyond the best contents of the hosts. The program's
    /// own prices show that what it leaves over is the least there is.</summary>
    [Fact]
    public void Program_AtItsEnd_IsProvedBestByItsPrices() => Any.Sample(problem =>
    {
        var program = new PatternProgram(problem);
        program.Solve(problem.Demand, problem.Hosts, 200, Enough);
        var worth = problem.Demand.Zip(program.Prices, (d, p) => d * p).Sum() - Enumerable.Range(0, problem.Sizes).Sum(s => problem.Hosts[s] * Best(problem, s, program.Prices, 0, problem.Capacity[s]));
        Assert.InRange(program.LeftOver, worth - 0.001, worth + 0.001);
    }, iter: 500);

    /// <summary>Shapes of 60 and 40 on hosts of 100: pairs fill them. With a host less than pairs, one container more would be left over: they are worth something.</summary>
    [Theory]
    [InlineData(5, 5, 5, 0)]
    [InlineData(5, 5, 7, 0)]
    [InlineData(5, 5, 4, 2)] // four pairs, and one of each is left; or more of the small ones, two on a host, for as many large
    [InlineData(3, 0, 2, 1)]
    [InlineData(0, 6, 3, 0)] // two of 40
    [InlineData(0, 7, 3, 1)]
    [InlineData(2, 2, 0, 4)]
    public void Program_OfTwoShapes_LeavesOverWhatItMust(int large, int small, int hosts, double over)
    {
        var program = new PatternProgram(new PatternProblem([[60], [40]], [large, small], [[100]], [hosts], [[true, true]]));
        program.Solve([large, small], [hosts], 100, Enough);
        Assert.Equal(over, program.LeftOver, 1e-3);
        if (over == 0 && large == hosts) Assert.Equal([(0, 1), (1, 1)], program.Solution.MaxBy(s => s.Hosts).Pattern.Items.Order());
        if (over > 0) Assert.Contains(program.Prices, p => p > 0.4);
        else Assert.All(program.Prices, p => Assert.InRange(p, 0, 1));
    }

    [Fact]
    public void AtLeast_ContainersAboveHalfAHost_NeedAHostEach()
    {
        // As fluids, ten of 6 would need six hosts of 10.
        var packing = CellPacking.Open(Of([.. Enumerable.Range(0, 12).Select(i => Host($"h{i:00}", 10))]) with
        {
            Containers = [.. Enumerable.Range(0, 10).Select(i => Container($"c{i}", $"a{i}", "", 6, 1))],
        }, new RepackOptions { Safety = 1 }).Value;
        Assert.Equal(10, packing.AtLeast([.. Enumerable.Range(0, 12)], 6, 0));
        Assert.Equal(8, packing.AtLeast([.. Enumerable.Range(0, 12)], 6, 2));
        Assert.DoesNotContain(-1, packing.Pack([.. Enumerable.Range(0, 10)], 1000));
    }

    [Fact]
    public void AtLeast_AnyCluster_IsNotAboveWhatAPackingNeeds() => Gen.Select(RepackClusters.Any, Gen.Int[0, 2]).Sample((snapshot, stay) =>
    {
        var packing = CellPacking.Open(snapshot, new RepackOptions { Safety = 1, StopTheWorld = true }).Value;
        int[] order = [.. Enumerable.Range(0, packing.Hosts.Count)];
        var least = packing.AtLeast(order, 0, stay);
        for (var n = 0; n < least; n++) Assert.True(packing.Pack(order[..n], 3000, stay).Count(h => h < 0) > stay, $"fits on {n}, bound {least}");
    }, iter: 500);

    /// <summary>Where too much differs patterns say little, and are not asked: containers that need or may enter other things are other shapes.</summary>
    [Theory]
    [InlineData(200, 1, false, true)]
    [InlineData(201, 1, false, false)]
    [InlineData(100, 1, true, true)]
    [InlineData(101, 1, true, false)] // each for two zones
    [InlineData(1, 60, false, true)]
    [InlineData(1, 61, false, false)]
    public void Patterns_OfManyShapesOrSizes_AreNotTried(int shapes, int sizes, bool zones, bool tried)
    {
        ContainerSnapshot Of(int i, string zone) => Container($"c{zone}{i:000}", "a", "", 1 + i, 1) with { Constraints = zone == "" ? PlacementConstraints.None : new PlacementConstraints { Zones = [zone] } };
        var snapshot = Clusters.Of([.. Enumerable.Range(0, sizes).Select(i => Host($"h{i:00}", 1000 + i) with { Zone = "x" })]) with
        {
            Containers = [.. (zones ? (string[])["x", "y"] : [""]).SelectMany(z => Enumerable.Range(0, shapes).Select(i => Of(i, z)))],
        };
        Assert.Equal(tried, Patterns(snapshot, new RepackOptions(), sizes) is not null);
        if (!tried) return;
        Assert.Equal((zones ? 2 * shapes : shapes, sizes), (Patterns(snapshot, new RepackOptions(), sizes)!.Problem.Shapes, Patterns(snapshot, new RepackOptions(), sizes)!.Problem.Sizes));
        // Nor where more counts than what is reserved.
        Assert.Null(Patterns(snapshot, new RepackOptions { MaxOverloadChance = 0.99 }, sizes));
        Assert.Null(Patterns(snapshot with { Policy = new ClusterPolicy { Predictor = "borg-default" } }, new RepackOptions(), sizes));
        var day = snapshot.Containers[0] with { Profiles = [new ProfileSnapshot([]) { Daily = [1, 2] }, null] };
        Assert.Null(Patterns(snapshot with { Containers = [day, .. snapshot.Containers.Skip(1)] }, new RepackOptions(), sizes));
    }

    /// <summary>Three of 33 on each of four hosts of 100, or two of 45 on the others: every container once, every host within its room.</summary>
    [Fact]
    public void Plan_ByPatterns_PutsEachContainerOnceWhereItFits()
    {
        var snapshot = Of([.. Enumerable.Range(0, 6).Select(i => Host($"h{i}", 100))]) with
        {
            Containers = [.. Enumerable.Range(0, 16).Select(i => Container($"c{i:00}", "a", "", i < 12 ? 33 : 45, 1))],
        };
        var plan = Patterns(snapshot, new RepackOptions(), 6)!.Plan();
        Assert.Equal(Enumerable.Range(0, 16), plan.Select(p => p.Container).Order());
        Assert.All(plan.GroupBy(p => p.Host), host => Assert.True(host.Sum(p => p.Container < 12 ? 33 : 45) <= 100));
    }

    private static PatternPacking? Patterns(ClusterSnapshot snapshot, RepackOptions options, int hosts) =>
        PatternPacking.Of(new RepackModel(snapshot.Canonical(), options), [.. Enumerable.Range(0, hosts)]);

    /// <summary>Few shapes that fill hosts in pairs only: what is planned must find the pairs.</summary>
    [Fact]
    public void Pack_PairsThatFillHosts_FindsThemWithoutASearch()
    {
        var cluster = Of([.. Enumerable.Range(0, 60).Select(i => Host($"h{i:00}", 100))]) with
        {
            Containers = [.. Enumerable.Range(0, 120).Select(i => Container($"c{i:000}", $"a{i}", "", i % 2 == 0 ? 50 + i % 7 * 3 : 50 - (i - 1) % 7 * 3, 1))],
        };
        Assert.DoesNotContain(-1, CellPacking.Open(cluster, new RepackOptions { Safety = 1 }).Value.Pack([.. Enumerable.Range(0, 60)], 500));
    }

    private static double Best(PatternProblem problem, int size, double[] prices, int shape, double[] left)
    {
        if (shape == problem.Shapes) return 0;
        double best = 0;
        for (var count = 0; count <= problem.Demand[shape]; count++)
        {
            double[] rest = [.. left.Zip(problem.Need[shape], (l, n) => l - count * n)];
            if (count > 0 && (!problem.Open[size][shape] || rest.Any(r => r < 0))) break;
            best = Math.Max(best, count * prices[shape] + Best(problem, size, prices, shape + 1, rest));
        }

        return best;
    }

    private static int LeftOverByFirstFit(PatternProblem problem)
    {
        var hosts = problem.Hosts.SelectMany((n, size) => Enumerable.Range(0, n).Select(_ => (Size: size, Left: problem.Capacity[size].ToArray()))).ToList();
        var over = 0;
        for (var shape = 0; shape < problem.Shapes; shape++)
            for (var i = 0; i < problem.Demand[shape]; i++)
            {
                var need = problem.Need[shape];
                var at = hosts.FindIndex(h => problem.Open[h.Size][shape] && need[0] <= h.Left[0] && need[1] <= h.Left[1]);
                if (at < 0) over++;
                else for (var r = 0; r < 2; r++) hosts[at].Left[r] -= need[r];
            }

        return over;
    }
}

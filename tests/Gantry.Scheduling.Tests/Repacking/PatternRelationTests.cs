using CsCheck;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What must hold between the configuration relaxations of two problems, and between a knapsack and its parts.</summary>
public sealed class PatternRelationTests
{
    private const long Enough = 1_000_000;

    private static Gen<PatternProblem> Any => Draw.Cases(d =>
    {
        var (shapes, sizes, resources) = (d.Int(1, 5), d.Int(1, 3), d.Int(1, 3));
        return new PatternProblem(
            d.Many(shapes, shapes, _ => d.Many(resources, resources, _ => (double)d.Int(0, 7))), d.Many(shapes, shapes, _ => d.Int(0, 6)),
            d.Many(sizes, sizes, _ => d.Many(resources, resources, _ => (double)d.Int(0, 15))), d.Many(sizes, sizes, _ => d.Int(0, 4)),
            d.Many(sizes, sizes, _ => d.Many(shapes, shapes, _ => !d.Once(5))));
    });

    private static double LeftOver(PatternProblem problem)
    {
        var program = new PatternProgram(problem);
        program.Solve(problem.Demand, problem.Hosts, 200, Enough);
        return program.LeftOver;
    }

    /// <summary>A host more leaves no more over, a container more one more at most; both by no more than there is.</summary>
    [Fact]
    public void LeftOver_OfAnEasierProblem_IsNoMore() => Gen.Select(Any, Gen.Int[0, 4], Gen.Int[0, 2]).Sample((problem, shape, size) =>
    {
        var left = LeftOver(problem);
        Assert.InRange(left, -0.01, problem.Demand.Sum() + 0.01);
        Assert.InRange(LeftOver(problem with { Hosts = [.. problem.Hosts.Select((h, i) => h + (i == size % problem.Sizes ? 1 : 0))] }), -0.01, left + 0.01);
        Assert.InRange(LeftOver(problem with { Demand = [.. problem.Demand.Select((d, i) => d + (i == shape % problem.Shapes ? 1 : 0))] }), left - 0.01, left + 1.01);
        Assert.InRange(LeftOver(problem with { Capacity = [.. problem.Capacity.Select(c => c.Select(v => v + 1).ToArray())] }), -0.01, left + 0.01);
        Assert.InRange(LeftOver(problem with { Open = [.. problem.Open.Select(o => o.Select(_ => true).ToArray())] }), -0.01, left + 0.01);
    }, iter: 300);

    /// <summary>Units decide nothing, nor does the order in which shapes and sizes are told.</summary>
    [Fact]
    public void LeftOver_ToldAnotherWay_IsTheSame() => Any.Sample(problem =>
    {
        var left = LeftOver(problem);
        Assert.Equal(left, LeftOver(problem with { Need = [.. problem.Need.Select(n => n.Select(v => 16 * v).ToArray())], Capacity = [.. problem.Capacity.Select(c => c.Select(v => 16 * v).ToArray())] }), 0.01);
        Assert.Equal(left, LeftOver(new PatternProblem(
            [.. problem.Need.Reverse()], [.. problem.Demand.Reverse()], [.. problem.Capacity.Reverse()], [.. problem.Hosts.Reverse()], [.. problem.Open.Reverse().Select(o => o.Reverse().ToArray())])), 0.01);
        // One size told as two, and one shape told as two.
        Assert.Equal(left, LeftOver(problem with { Capacity = [.. problem.Capacity, problem.Capacity[0]], Hosts = [0, .. problem.Hosts.Skip(1), problem.Hosts[0]], Open = [.. problem.Open, problem.Open[0]] }), 0.01);
    }, iter: 300);

    /// <summary>A resource of which there is enough for all decides nothing.</summary>
    [Fact]
    public void LeftOver_WithAPlentifulResource_IsTheSame() => Any.Sample(problem => Assert.Equal(
        LeftOver(problem),
        LeftOver(problem with { Need = [.. problem.Need.Select(n => (double[])[.. n, 1])], Capacity = [.. problem.Capacity.Select(c => (double[])[.. c, 1000])] }), 0.01), iter: 300);

    /// <summary>Twice the demand on twice the hosts: twice as much is left over, as parts of hosts may be used.</summary>
    [Fact]
    public void LeftOver_OfTwiceTheCluster_IsTwiceAtMost() => Any.Sample(problem =>
        Assert.InRange(LeftOver(problem with { Demand = [.. problem.Demand.Select(d => 2 * d)], Hosts = [.. problem.Hosts.Select(h => 2 * h)] }), -0.01, 2 * LeftOver(problem) + 0.02), iter: 300);

    /// <summary>A program that was solved for one demand answers for another: patterns that were kept may hold more than is wanted now, so it leaves no more over
    /// than a new one, and what it says adds up all the same.</summary>
    [Fact]
    public void Program_SolvedAgainForOtherNumbers_LeavesNoMoreOverThanANewOne() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) =>
    {
        var (d, kept) = (new Draw(seed), new PatternProgram(problem));
        for (var round = 0; round < 5; round++)
        {
            int[] demand = [.. problem.Demand.Select(n => d.Int(0, n))], hosts = [.. problem.Hosts.Select(h => d.Int(0, h))];
            kept.Solve(demand, hosts, 200, Enough);
            var fresh = new PatternProgram(problem);
            fresh.Solve(demand, hosts, 200, Enough);
            Assert.InRange(kept.LeftOver, -0.01, fresh.LeftOver + 0.01);
            for (var shape = 0; shape < problem.Shapes; shape++)
                Assert.True(kept.Solution.Sum(s => s.Hosts * s.Pattern.Items.Where(i => i.Shape == shape).Sum(i => i.Count)) + kept.LeftOver >= demand[shape] - 0.01);
            for (var size = 0; size < problem.Sizes; size++) Assert.True(kept.Solution.Where(s => s.Pattern.Size == size).Sum(s => s.Hosts) <= hosts[size] + 0.01);
            foreach (var (pattern, amount) in kept.Solution)
            {
                Assert.True(amount <= hosts[pattern.Size] + 0.01);
                for (var r = 0; r < problem.Capacity[0].Length; r++) Assert.True(pattern.Items.Sum(i => i.Count * problem.Need[i.Shape][r]) <= problem.Capacity[pattern.Size][r]);
            }
        }
    }, iter: 180);

    /// <summary>At higher prices a host is worth no less, at twice the prices twice as much, and never more than all that is wanted together.</summary>
    [Fact]
    public void Knapsack_AtOtherPrices_IsWorthAccordingly() => Gen.Select(Any, Gen.Double[0, 1].Array[5], Gen.Double[0, 1]).Sample((problem, prices, more) =>
    {
        double Worth(Func<double, double> price, int[]? most = null) => new PatternKnapsack(problem, 0).Solve([.. prices.Select(price)], most ?? problem.Demand, Enough).Value;
        var worth = Worth(p => p);
        Assert.Equal(2 * worth, Worth(p => 2 * p), 1e-6);
        Assert.True(Worth(p => p + more) >= worth - 1e-6);
        Assert.True(worth <= problem.Demand.Zip(prices, (d, p) => d * p).Sum() + 1e-6);
        Assert.True(Worth(p => p, [.. problem.Demand.Select(d => d + 1)]) >= worth - 1e-6);
        Assert.Equal(0, Worth(_ => 0));
        Assert.Equal(0, Worth(p => p, new int[problem.Shapes]));
    }, iter: 600);

    /// <summary>By hand: one size of 10 and 10.</summary>
    [Theory]
    [InlineData("5,5*2", "1", 2)] // two halves
    [InlineData("6,1*3 1,6*3", "1 1", 2)] // one of each, as two of a kind take 12; and one of each is 7 of both
    [InlineData("6,1*3 1,6*3 3,3*9", "1 1 1", 3)] // 3 + 3 + 3, or one of each
    [InlineData("6,1*3 1,6*3 3,3*9", "1 1 0.4", 2.4)] // one of each
    [InlineData("4,4*9 5,5*9", "1 1.2", 2.4)] // two of 5
    [InlineData("0,0*7 10,10*1", "0.5 1", 4.5)] // what takes nothing goes with anything
    [InlineData("11,1*4", "1", 0)] // too large
    public void Knapsack_ByHand_IsWorth(string shapes, string prices, double worth)
    {
        var parsed = shapes.Split(' ').Select(s => s.Split(',', '*').Select(int.Parse).ToArray()).ToArray();
        var problem = new PatternProblem(
            [.. parsed.Select(p => new double[] { p[0], p[1] })], [.. parsed.Select(p => p[2])], [[10, 10]], [1], [[.. parsed.Select(_ => true)]]);
        double[] price = [.. prices.Split(' ').Select(p => double.Parse(p, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(worth, new PatternKnapsack(problem, 0).Solve(price, problem.Demand, Enough).Value, 9);
    }
}

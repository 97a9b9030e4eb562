using CsCheck;
using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

public sealed class PackingTests
{
    private const int Points = 6;

    private static Gen<PackingProblem> Any =>
        from curves in Gen.Double[0, 3].Array[2 * Points].Array[1, 6]
        from scalars in Gen.Int[0, 2].Array[curves.Length]
        from items in Gen.Int[0, curves.Length - 1].Array[1, 30]
        from hosts in Gen.Double[4, 12].Array[2, 12]
        from rules in Gen.Select(Gen.Int[0, curves.Length - 1], Gen.Int[0, curves.Length - 1], Gen.Int[0, 2]).Array[0, 4]
        select new PackingProblem(Points, curves, [.. scalars.Select(s => new double[] { s })], items, [.. hosts.Select(h => new PackingHost([h, h], [6]))], rules);

    [Fact]
    public void Search_AnyProblem_BreaksNoRuleAndCountsRight() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) =>
    {
        var (state, homeless) = Solve(problem, seed, 2);
        Assert.Empty(Violations(problem, state));
        Assert.Equal(homeless, state.HostOf.Count(h => h < 0));
        Assert.Equal(Cost(problem, state), state.TotalCost, 6);
        Assert.InRange(state.Recompute(), 0, 1e-6);
    }, iter: 3000);

    [Fact]
    public void Search_SameSeedAndSteps_GivesTheSamePackingWhateverTheThreads() => Gen.Select(Any, Gen.ULong).Sample((problem, seed) =>
        Assert.Equal(Solve(problem, seed, 2, parallel: true).State.HostOf, Solve(problem, seed, 2).State.HostOf), iter: 300);

    [Fact]
    public void Bound_AnyProblem_IsNotAboveAPacking() => Any.Sample(problem =>
    {
        var (state, homeless) = Solve(problem, 1, 1);
        if (homeless == 0) Assert.True(FluidBound.Best(problem).Cost <= state.TotalCost + 1e-6);
    }, iter: 500);

    [Fact]
    public void Packing_OppositeDays_ShareAHost()
    {
        double[] day = [8, 8, 8, 0, 0, 0], night = [0, 0, 0, 8, 8, 8], none = new double[Points];
        var problem = new PackingProblem(Points, [[.. day, .. none], [.. night, .. none]], [[0], [0]], [0, 1, 0, 1], [.. Enumerable.Repeat(new PackingHost([8, 8], [1]), 4)], []) { Alpha = 0 };
        var (state, homeless) = Solve(problem, 3, 1);
        Assert.Equal(0, homeless);
        // By their peaks each would fill a host of its own.
        Assert.Equal(2, state.UsedHosts);
    }

    private static (PackingState State, int Homeless) Solve(PackingProblem problem, ulong seed, int workers, bool parallel = false)
    {
        var state = new PackingState(problem);
        int[] hosts = [.. Enumerable.Range(0, problem.Hosts.Length)];
        var homeless = PackingConstruction.Fill(state, hosts, seed).Count;
        var search = new PackingSearch(state, hosts, workers, seed);
        for (var round = 0; round < 4; round++)
        {
            var dealt = search.Deal(300, 0.1, 0.01);
            if (parallel) Parallel.ForEach(dealt, w => w.Run());
            else
                foreach (var worker in dealt.Reverse()) worker.Run();
        }

        return (state, homeless);
    }

    /// <summary>The rules once more, as plainly as possible.</summary>
    private static IEnumerable<string> Violations(PackingProblem problem, PackingState state)
    {
        foreach (var group in Enumerable.Range(0, problem.AppOf.Length).Where(i => state.HostOf[i] >= 0).GroupBy(i => state.HostOf[i]))
        {
            for (var i = 0; i < problem.CurveCount * problem.Stride; i++)
                if (group.Sum(item => problem.CurvesOf(problem.AppOf[item])[i]) > problem.Hosts[group.Key].Curves[i / problem.Stride] + 1e-5) yield return $"host {group.Key} at {i}";
            if (group.Sum(item => problem.Scalars[problem.AppOf[item]][0]) > 6) yield return $"host {group.Key}: scalar";
            var apps = group.Select(i => problem.AppOf[i]).ToArray();
            foreach (var app in apps.Distinct())
                if (!problem.Rules.Allow(apps, app, app)) yield return $"host {group.Key}: rules of {app}";
        }
    }

    private static double Cost(PackingProblem problem, PackingState state) =>
        Enumerable.Range(0, problem.AppOf.Length).Where(i => state.HostOf[i] >= 0).GroupBy(i => state.HostOf[i]).Sum(group =>
            Enumerable.Range(0, Points).Average(t => 1 + problem.Alpha * (Math.Exp(Math.Max(0, group.Sum(i => problem.CurvesOf(problem.AppOf[i])[t]) / problem.Hosts[group.Key].Curves[0] - problem.Beta)) - 1)));
}

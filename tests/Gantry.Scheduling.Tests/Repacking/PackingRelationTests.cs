using CsCheck;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What must hold between two packing problems, between their bounds, and between two ways to the same packing.</summary>
public sealed class PackingRelationTests
{
    private static Gen<PlainPacking> Any => Draw.Cases(d => PlainPacking.Draw(d));

    private static PlainPacking Scaled(PlainPacking p, double factor) => p with
    {
        Curves = [.. p.Curves.Select(c => c.Select(v => v * factor).ToArray())],
        Hosts = [.. p.Hosts.Select(h => h with { Curves = [.. h.Curves.Select(c => c * factor)] })],
    };

    /// <summary>Cores or thousandths: the same bound, the same hosts.</summary>
    [Fact]
    public void Bound_InAnotherUnit_IsTheSame() => Gen.Select(Any, Gen.Int[-3, 8]).Sample((p, power) =>
    {
        var (bound, scaled) = (FluidBound.Best(p.Problem), FluidBound.Best(Scaled(p, Math.Pow(2, power)).Problem));
        if (double.IsInfinity(bound.Cost)) Assert.Equal(bound.Cost, scaled.Cost);
        else Assert.Equal(bound.Cost, scaled.Cost, 1e-6 * (1 + bound.Cost));
        Assert.Equal(bound.Hosts, scaled.Hosts);
    }, iter: 900);

    /// <summary>More load, smaller hosts or a dearer price cost no less; a host more costs no more.</summary>
    [Theory]
    [InlineData("an item more")]
    [InlineData("more load")]
    [InlineData("smaller hosts")]
    [InlineData("a dearer price")]
    [InlineData("a lower knee")]
    [InlineData("a host fewer")]
    public void Bound_OfAHarderProblem_IsNoLower(string harder) => Gen.Select(Any, Gen.Double[0, 0.2]).Sample((p, more) =>
    {
        var hard = harder switch
        {
            "an item more" => p with { AppOf = [.. p.AppOf, p.AppOf[0]] },
            "more load" => p with { Curves = [.. p.Curves.Select(c => c.Select(v => v * (1 + more)).ToArray())] },
            "smaller hosts" => p with { Hosts = [.. p.Hosts.Select(h => h with { Curves = [.. h.Curves.Select(c => c * (1 - more))] })] },
            "a dearer price" => p with { Alpha = p.Alpha + 10 * more },
            "a lower knee" => p with { Beta = p.Beta - more },
            _ => p with { Hosts = [.. p.Hosts.Skip(p.Hosts.Length > 1 ? 1 : 0)] },
        };
        var (easy, cost) = (FluidBound.Best(p.Problem).Cost, FluidBound.Best(hard.Problem).Cost);
        Assert.True(cost >= easy - 1e-5 * (1 + (double.IsInfinity(easy) ? 0 : easy)), $"{cost} is below {easy}");
    }, iter: 480);

    /// <summary>Two clusters of the same kind beside each other: twice the load on twice the hosts is twice the cost at most, as one may be filled first.</summary>
    [Fact]
    public void Bound_OfTwiceTheCluster_IsTwiceTheBoundAtMost() => Any.Sample(p =>
    {
        var twice = p with { AppOf = [.. p.AppOf, .. p.AppOf], Hosts = [.. p.Hosts, .. p.Hosts] };
        var (one, two) = (FluidBound.Best(p.Problem).Cost, FluidBound.Best(twice.Problem).Cost);
        if (!double.IsInfinity(one)) Assert.True(two <= 2 * one * (1 + 1e-6));
    }, iter: 900);

    /// <summary>However items came to their hosts, loads and costs are those of the assignment; and what is asked before is what it costs afterwards.</summary>
    [Fact]
    public void State_ByAnyWay_CostsWhatItsAssignmentDoes() => Gen.Select(Any, Gen.ULong).Sample((p, seed) =>
    {
        var (d, problem) = (new Draw(seed), p.Problem);
        var (wandered, straight) = (new PackingState(problem), new PackingState(problem));
        for (var step = 0; step < 60; step++)
        {
            var (item, host) = (d.Int(0, p.AppOf.Length - 1), d.Int(0, p.Hosts.Length - 1));
            if (wandered.HostOf[item] is >= 0 and var at)
            {
                var left = wandered.CostWith(at, -1, p.AppOf[item]);
                wandered.Remove(item, left);
                Assert.Equal(left, wandered.CostOf(at));
            }
            else if (wandered.CostWith(host, p.AppOf[item], -1) is var cost && double.IsFinite(cost))
            {
                wandered.Add(item, host, cost);
            }
        }

        foreach (var item in Enumerable.Range(0, p.AppOf.Length).Where(i => wandered.HostOf[i] >= 0)) straight.Add(item, wandered.HostOf[item], straight.CostWith(wandered.HostOf[item], p.AppOf[item], -1));
        for (var host = 0; host < p.Hosts.Length; host++)
        {
            Assert.Equal(straight.CostOf(host), wandered.CostOf(host), 1e-9 * (1 + straight.CostOf(host)));
            int[] there = [.. Enumerable.Range(0, p.AppOf.Length).Where(i => wandered.HostOf[i] == host)];
            Assert.Equal(there.Length, wandered.Count(host));
            Assert.Equal(there, Enumerable.Range(0, wandered.Count(host)).Select(i => wandered.ItemAt(host, i)).Order());
            Assert.Equal(p.Price(host, there), wandered.CostOf(host), 1e-9 * (1 + straight.CostOf(host)));
        }

        Assert.Equal(straight.UsedHosts, wandered.UsedHosts);
        Assert.InRange(wandered.Recompute(), 0, 1e-9 * (1 + straight.TotalCost));
    }, iter: 900);

    /// <summary>Items that are left out by the first packing fit on no host at its end.</summary>
    [Fact]
    public void Construction_OfAnyProblem_LeavesOutOnlyWhatFitsNowhere() => Gen.Select(Any, Gen.ULong).Sample((p, seed) =>
    {
        var state = new PackingState(p.Problem);
        int[] hosts = [.. Enumerable.Range(0, p.Hosts.Length)];
        var left = PackingConstruction.Fill(state, hosts, seed);
        Assert.Equal(left.Order(), Enumerable.Range(0, p.AppOf.Length).Where(i => state.HostOf[i] < 0));
        foreach (var item in left)
            foreach (var host in hosts)
                Assert.Null(p.Cost(host, [.. Enumerable.Range(0, p.AppOf.Length).Where(i => state.HostOf[i] == host), item]));
        foreach (var host in hosts) Assert.NotNull(p.Cost(host, [.. Enumerable.Range(0, p.AppOf.Length).Where(i => state.HostOf[i] == host)]));
    }, iter: 900);

    /// <summary>In another unit every step of a search is the same.</summary>
    [Fact]
    public void Search_InAnotherUnit_PacksTheSame() => Gen.Select(Any, Gen.ULong, Gen.Int[1, 8]).Sample((p, seed, power) =>
    {
        // Scalars and the tolerance of sums keep their unit: only loads that are far from every bound are sure to be let in alike.
        Assert.Equal(Packed(Scaled(p, 1), seed), Packed(Scaled(p, Math.Pow(2, power)), seed));
    }, iter: 360);

    private static int[] Packed(PlainPacking p, ulong seed)
    {
        var (state, problem) = (new PackingState(p.Problem), p.Problem);
        int[] hosts = [.. Enumerable.Range(0, problem.Hosts.Length)];
        PackingConstruction.Fill(state, hosts, seed);
        foreach (var worker in new PackingSearch(state, hosts, 1, seed).Deal(400, 0.2, 0.01)) worker.Run();
        return state.HostOf;
    }
}

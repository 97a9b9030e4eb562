using CsCheck;
using Gantry.Scheduling.Repacking;
using Gantry.Scheduling.Tests.Support;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>Packing by curves against plain sums, against every assignment there is, and by hand.</summary>
public sealed class PlainPackingTests
{
    /// <summary>What one more and one less would cost, asked at every step of a random walk, and the sums that are carried along.</summary>
    [Fact]
    public void State_AfterAnyChanges_AnswersAsPlainSums() => Gen.ULong.Sample(seed =>
    {
        var d = new Draw(seed);
        var plain = PlainPacking.Draw(d);
        var state = new PackingState(plain.Problem);
        var on = plain.Hosts.Select(_ => new List<int>()).ToArray();
        for (var step = 0; step < 25; step++)
        {
            var (item, host) = (d.Int(0, plain.AppOf.Length - 1), d.Int(0, plain.Hosts.Length - 1));
            if (state.HostOf[item] is >= 0 and var at)
            {
                on[at].Remove(item);
                state.Remove(item, Near(plain.Price(at, on[at]), state.CostWith(at, -1, plain.AppOf[item])));
                continue;
            }

            if (on[host].Count > 0 && d.Once(2))
            {
                // In place of another one: asked, not done.
                var leaves = d.Pick([.. on[host]]);
                AssertCost(plain.Cost(host, [.. on[host].Where(i => i != leaves), item]), state.CostWith(host, plain.AppOf[item], plain.AppOf[leaves]));
            }

            var cost = plain.Cost(host, [.. on[host], item]);
            AssertCost(cost, state.CostWith(host, plain.AppOf[item], -1));
            if (cost is null) continue;
            on[host].Add(item);
            state.Add(item, host, state.CostWith(host, plain.AppOf[item], -1));
        }

        for (var h = 0; h < on.Length; h++)
        {
            Assert.Equal(on[h].Count, state.Count(h));
            Assert.Equal(on[h].Order(), Enumerable.Range(0, state.Count(h)).Select(p => state.ItemAt(h, p)).Order());
            Assert.Equal(plain.Price(h, on[h]), state.CostOf(h), 1e-6);
        }

        Assert.Equal(on.Count(o => o.Count > 0), state.UsedHosts);
        Assert.Equal(on.Select((o, h) => plain.Price(h, o)).Sum(), state.TotalCost, 1e-6);
        Assert.InRange(state.Recompute(), 0, 1e-6);
    }, iter: 2500);

    /// <summary>A cost that was kept wrongly is found out.</summary>
    [Fact]
    public void Recompute_AfterAWrongCost_TellsByHowMuch()
    {
        var state = new PackingState(new PackingProblem(1, [[1.0, 1]], [[0]], [0], [new PackingHost([4, 4], [1])], []));
        state.Add(0, 0, 1.25);
        Assert.Equal(0.25, state.Recompute(), 9);
        Assert.Equal(0, state.Recompute(), 9);
    }

    /// <summary>No packing whatever costs less than the bound; the search never finds less than the best, and hardly ever more.</summary>
    [Fact]
    public void Search_OfATinyProblem_FindsTheOptimumAndTheBoundIsBelow()
    {
        var (solved, best) = (0, 0);
        for (ulong seed = 0; seed < 400; seed++)
        {
            var plain = PlainPacking.Draw(new Draw(seed), 6, 3);
            if (plain.Optimum() is not { } optimum) continue;
            var bound = FluidBound.Best(plain.Problem);
            Assert.True(bound.Cost <= optimum + 1e-6, $"seed {seed}: bound {bound.Cost} of an optimum of {optimum}");
            Assert.InRange(bound.Hosts.Count, 1, plain.Hosts.Length);
            solved++;
            var found = Enumerable.Range(1, 3).Min(s => Solve(plain, (ulong)s));
            Assert.True(found >= optimum - 1e-6, $"seed {seed}: {found} is better than the best, {optimum}");
            if (found <= optimum + 1e-6) best++;
        }

        Assert.InRange(solved, 150, 400);
        Assert.InRange(best, 0.95 * solved, solved);
    }

    private static double Solve(PlainPacking plain, ulong seed)
    {
        var state = new PackingState(plain.Problem);
        int[] hosts = [.. Enumerable.Range(0, plain.Hosts.Length)];
        if (PackingConstruction.Fill(state, hosts, seed).Count > 0) return double.PositiveInfinity;
        var search = new PackingSearch(state, hosts, 1, seed);
        var best = state.TotalCost;
        foreach (var (from, to) in new[] { (2, 0.1), (0.5, 0.001), (0.001, 0.0001) })
        {
            foreach (var worker in search.Deal(1500, from, to)) worker.Run();
            best = Math.Min(best, state.TotalCost);
        }

        return best;
    }

    /// <summary>Hosts of these sizes and a flat load: the cheapest number of hosts, the largest first, with the load where it costs least.</summary>
    [Theory]
    [InlineData("10", 5, 10, 1, 1)] // half full costs a host
    [InlineData("10", 8, 10, 1, 4.498588075760032)] // 1 + 10 (e^0.3 − 1)
    [InlineData("10 10", 8, 10, 2, 2)] // below half on two is cheaper
    [InlineData("10 10", 6, 10, 2, 2)] // 1 + 10 (e^0.1 − 1) = 2.05 on one
    [InlineData("10 10", 5.9, 10, 1, 1.9417428370521)] // 1 + 10 (e^0.09 − 1)
    [InlineData("10 20", 18, 10, 2, 3.6183424272828)] // the small one half full, the large one takes 13 of 20: 2 + 10 (e^0.15 − 1)
    [InlineData("20 10", 10, 10, 1, 1)] // the large one alone
    [InlineData("10 10 10", 8, 0, 1, 1)] // α = 0 counts hosts: one holds 8
    [InlineData("10 10 10", 12, 0, 2, 2)]
    [InlineData("10 10", 20, 10, 2, 14.974425414002563)] // full: 2 (1 + 10 (e^0.5 − 1))
    public void Bound_HandComputed_IsThat(string sizes, double load, double alpha, int hosts, double cost)
    {
        var problem = new PackingProblem(2, [[load, load]], [[]], [0], [.. sizes.Split(' ').Select(s => new PackingHost([double.Parse(s)], []))], []) { Alpha = alpha };
        var bound = FluidBound.Best(problem);
        Assert.Equal(hosts, bound.Hosts.Count);
        Assert.Equal(cost, bound.Cost, 6);
        Assert.All(bound.Hosts, h => Assert.True(bound.Hosts.Count == problem.Hosts.Length || problem.Hosts[h].Curves[0] == problem.Hosts.Max(x => x.Curves[0])));
    }

    /// <summary>The largest hosts are opened first, of equals the first ones.</summary>
    [Theory]
    [InlineData("10 20 10 20", 5, "1")]
    [InlineData("10 20 10 20", 18, "1 3")]
    [InlineData("10 20 10 20", 24, "1 3 0")]
    [InlineData("10 10 10", 12, "0 1 2")]
    public void Bound_OpensHosts_TheLargestThenTheFirst(string sizes, double load, string opened)
    {
        var problem = new PackingProblem(1, [[load]], [[]], [0], [.. sizes.Split(' ').Select(s => new PackingHost([double.Parse(s)], []))], []);
        Assert.Equal(opened, string.Join(' ', FluidBound.Best(problem).Hosts));
    }

    /// <summary>More hosts than are tried one by one at first: n equal ones share the load, and cost n (1 + α(e^max(0, use − β) − 1)). The best n is found.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(611)]
    [InlineData(1234.5)]
    [InlineData(2499)]
    public void Bound_OfManyHosts_IsTheBestOfAllNumbers(double load)
    {
        const int Hosts = 250, Size = 10;
        var problem = new PackingProblem(1, [[load]], [[]], [0], [.. Enumerable.Repeat(new PackingHost([Size], []), Hosts)], []);
        double Cost(int n) => load / (n * Size) > 1 ? double.PositiveInfinity : n * (1 + 10 * (Math.Exp(Math.Max(0, load / (n * Size) - 0.5)) - 1));
        var (best, bound) = (Enumerable.Range(1, Hosts).MinBy(Cost), FluidBound.Best(problem));
        Assert.Equal(best, bound.Hosts.Count);
        Assert.Equal(Cost(best), bound.Cost, 6);
    }

    /// <summary>A day of two parts: each costs by itself, hosts count once.</summary>
    [Fact]
    public void Bound_OfADay_IsTheMeanOfItsParts()
    {
        var bound = FluidBound.Best(new PackingProblem(2, [[8, 2.0]], [[]], [0], [new PackingHost([10], [])], []));
        Assert.Equal(1 + 10 * (Math.Exp(0.3) - 1) / 2, bound.Cost, 6);
    }

    /// <summary>Items on one host of 10: whether rules, scalars and curves let the last one in.</summary>
    [Theory]
    [InlineData("0 0", "0,0,1", true)] // two of app 0 under 0,0,1
    [InlineData("0 0", "0,0,0", false)]
    [InlineData("0 1", "0,1,1", true)]
    [InlineData("0 1", "0,1,0", false)]
    [InlineData("1 0", "0,1,0", false)] // whichever comes last
    [InlineData("1 1 0", "0,1,1", false)]
    [InlineData("1 1", "0,1,0", true)] // no app 0 is there
    [InlineData("0 0 0 0 0", "", true)] // five of 2 fill 10
    [InlineData("0 0 0 0 0 0", "", false)]
    [InlineData("2 2", "", false)] // scalars 3 + 3 of 5
    [InlineData("2 0", "", true)]
    public void State_OneMore_IsLetInByEveryRule(string apps, string rules, bool allowed)
    {
        int[] appOf = [.. apps.Split(' ').Select(int.Parse)];
        (int, int, int)[] parsed = [.. rules.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split(',')).Select(r => (int.Parse(r[0]), int.Parse(r[1]), int.Parse(r[2])))];
        var state = new PackingState(new PackingProblem(1, [[2.0, 2], [2, 2], [2, 2]], [[0], [0], [3]], appOf, [new PackingHost([10, 10], [5])], parsed));
        for (var i = 0; i < appOf.Length - 1; i++) state.Add(i, 0, state.CostWith(0, appOf[i], -1));
        Assert.Equal(allowed, double.IsFinite(state.CostWith(0, appOf[^1], -1)));
    }

    /// <summary>Whatever is dealt, every host is dealt once, and a round shares none.</summary>
    [Theory]
    [InlineData(7, 2)]
    [InlineData(8, 4)]
    [InlineData(3, 5)]
    public void Deal_AnyRound_SharesNoHost(int hosts, int workers)
    {
        // One item on each host: what a worker may change tells which hosts it has.
        var problem = new PackingProblem(1, [[1.0, 1]], [[0]], [.. Enumerable.Repeat(0, hosts)], [.. Enumerable.Repeat(new PackingHost([4, 4], [1]), hosts)], []) { Alpha = 0 };
        for (ulong seed = 0; seed < 20; seed++)
        {
            var changed = new List<int>();
            for (var w = 0; w < workers; w++)
            {
                var state = new PackingState(problem);
                for (var i = 0; i < hosts; i++) state.Add(i, i, 1);
                new PackingSearch(state, [.. Enumerable.Range(0, hosts)], workers, seed).Deal(400, 1, 0.1)[w].Run();
                changed.AddRange(Enumerable.Range(0, hosts).Where(i => state.HostOf[i] != i || state.Count(i) != 1));
            }

            Assert.Equal(changed.Count, changed.Distinct().Count());
        }
    }

    private static void AssertCost(double? expected, double actual)
    {
        if (expected is null) Assert.Equal(double.PositiveInfinity, actual);
        else Near(expected.Value, actual);
    }

    private static double Near(double expected, double actual)
    {
        Assert.Equal(expected, actual, 1e-6);
        return actual;
    }
}

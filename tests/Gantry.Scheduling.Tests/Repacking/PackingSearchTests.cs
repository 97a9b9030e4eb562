using Gantry.Scheduling.Repacking;

namespace Gantry.Scheduling.Tests.Repacking;

/// <summary>What annealing does with one thing to find, cold and hot; and what a construction and a state do with many of one kind. A host of 10 costs
/// 1 + 10 (e^max(0, use − 0.5) − 1).</summary>
public sealed class PackingSearchTests
{
    private static double Cost(params double[] loads) => loads.Sum(l => 1 + 10 * (Math.Exp(Math.Max(0, l / 10 - 0.5)) - 1));

    /// <summary>Items of these sizes on equal hosts of 10: "6 4 | 5 3" is two hosts with two each.</summary>
    private static PackingState State(string hosts)
    {
        var there = hosts.Split('|').Select(h => h.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse).ToArray()).ToArray();
        double[] sizes = [.. there.SelectMany(h => h)];
        var state = new PackingState(new PackingProblem(
            1, [.. sizes.Select(s => new[] { s })], [.. sizes.Select(_ => Array.Empty<double>())], [.. Enumerable.Range(0, sizes.Length)], [.. there.Select(_ => new PackingHost([10], []))], []));
        foreach (var (item, host) in there.SelectMany((h, i) => h.Select(_ => i)).Select((h, i) => (i, h))) state.Add(item, host, state.CostWith(host, item, -1));
        return state;
    }

    private static void Anneal(PackingState state, int steps, double from, double to, ulong seed)
    {
        foreach (var worker in new PackingSearch(state, [.. Enumerable.Range(0, state.Problem.Hosts.Length)], 1, seed).Deal(steps, from, to)) worker.Run();
        Assert.Equal(0, state.Recompute(), 9);
    }

    /// <summary>Cold, only what betters is done: a shift where one helps, a swap where nothing else fits, and nothing where it is best already.</summary>
    [Theory]
    [InlineData("2.5 2.5 2.5 2.5 | ", 2)] // two on each: both half full
    [InlineData("6 4 | 5 3", 11.836493952825408)] // 9 and 9, by exchanging 4 and 3: alone each is too much for the other host
    [InlineData("1 | 1 | 1", 1)] // one host for all
    [InlineData("5 | 5", 2)]
    [InlineData("10 | 10", 14.974425414002563)]
    public void Cold_Search_FindsWhatIsBetter(string hosts, double cost)
    {
        for (ulong seed = 0; seed < 10; seed++)
        {
            var state = State(hosts);
            var before = state.TotalCost;
            Anneal(state, 2000, 1e-9, 1e-9, seed);
            Assert.Equal(cost, state.TotalCost, 9);
            Assert.True(state.TotalCost <= before + 1e-9);
        }
    }

    /// <summary>Hot, what is dearer is done too; cooled down from there, the best is found again.</summary>
    [Fact]
    public void Hot_Search_LeavesTheBestAndComesBackWhenItCools()
    {
        var dearer = 0;
        for (ulong seed = 0; seed < 20; seed++)
        {
            var hot = State("2.5 2.5 | 2.5 2.5");
            Anneal(hot, 300, 1e6, 1e6, seed);
            if (hot.TotalCost > 2 + 1e-9) dearer++;
            Anneal(hot, 20_000, 1e6, 1e-9, seed);
            Assert.Equal(2, hot.TotalCost, 9);
        }

        Assert.InRange(dearer, 8, 20);
    }

    /// <summary>Workers share no host: in whichever order they run, the packing is the same, and no host is left out for good.</summary>
    [Fact]
    public void Workers_InAnyOrder_ComeToTheSamePacking()
    {
        var text = string.Join(" | ", Enumerable.Repeat("2.5 2.5 2.5 2.5 | ", 3));
        var (forwards, backwards) = (State(text), State(text));
        Rounds(forwards, w => w);
        Rounds(backwards, w => w.Reverse());
        Assert.Equal(forwards.HostOf, backwards.HostOf);
        Assert.Equal(6, forwards.TotalCost, 9);

        static void Rounds(PackingState state, Func<IEnumerable<PackingWorker>, IEnumerable<PackingWorker>> order)
        {
            var search = new PackingSearch(state, [.. Enumerable.Range(0, state.Problem.Hosts.Length)], 2, 3);
            for (var round = 0; round < 40; round++)
            {
                var workers = search.Deal(300, 1e-9, 1e-9);
                Assert.Equal(2, workers.Count);
                foreach (var worker in order(workers)) worker.Run();
            }
        }
    }

    /// <summary>A host in use that costs no more with it is taken before an empty one; where none has room, the next of equal hosts is opened.</summary>
    [Theory]
    [InlineData("1.5 1.5 1.5", "3 0 0", 1)]
    [InlineData("6 6 6", "1 1 1", 6.155127542)] // 3 (1 + 10 (e^0.1 − 1)): each alone
    [InlineData("6 6 6 6", "1 1 1", 6.155127542)] // one is left over
    public void Construction_OnEqualHosts_OpensThemOneByOne(string items, string counts, double cost)
    {
        double[] sizes = [.. items.Split(' ').Select(double.Parse)];
        var state = new PackingState(new PackingProblem(1, [[sizes[0]]], [[]], new int[sizes.Length], [.. Enumerable.Repeat(new PackingHost([10], []), 3)], []));
        var left = PackingConstruction.Fill(state, [0, 1, 2], 1);
        Assert.Equal(counts, string.Join(' ', Enumerable.Range(0, 3).Select(state.Count)));
        Assert.Equal(sizes.Length - state.HostOf.Count(h => h >= 0), left.Count);
        Assert.Equal(cost, state.TotalCost, 6);
    }

    /// <summary>Many items of one host, in and out again: it holds what it holds, and empty it is empty.</summary>
    [Fact]
    public void State_OfManyItems_KeepsThemApart()
    {
        var state = State(string.Join(' ', Enumerable.Repeat("0.4", 25)) + " | ");
        Assert.Equal((25, 1), (state.Count(0), state.UsedHosts));
        Assert.Equal(Cost(10), state.TotalCost, 9);
        Assert.Equal(double.PositiveInfinity, state.CostWith(0, 0, -1));
        for (var item = 0; item < 25; item += 2) state.Remove(item, state.CostWith(0, -1, item));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => 2 * i + 1), Enumerable.Range(0, state.Count(0)).Select(p => state.ItemAt(0, p)).Order());
        Assert.Equal(Cost(4.8), state.TotalCost, 9);
        for (var item = 1; item < 25; item += 2) state.Remove(item, state.CostWith(0, -1, item));
        Assert.Equal((0, 0.0, 0), (state.Count(0), state.TotalCost, state.UsedHosts));
        Assert.Equal(0, state.Recompute());
    }

    /// <summary>Hosts without a curve are bounded by scalars and cost one each.</summary>
    [Fact]
    public void State_WithoutCurves_CountsHosts()
    {
        var problem = new PackingProblem(1, [[]], [[3.0]], [0, 0, 0], [.. Enumerable.Repeat(new PackingHost([], [7]), 2)], []);
        var state = new PackingState(problem);
        state.Add(0, 0, state.CostWith(0, 0, -1));
        Assert.Equal(1, state.CostWith(0, 0, -1));
        state.Add(1, 0, 1);
        Assert.Equal((1.0, double.PositiveInfinity), (state.TotalCost, state.CostWith(0, 0, -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PackingProblem(0, [], [], [], [], []));
    }
}

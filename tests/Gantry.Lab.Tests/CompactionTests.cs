using CsCheck;
using Gantry.Lab.Bench;
using Gantry.Lab.Data;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Tests;

public sealed class CompactionTests
{
    private static HostSnapshot Host(int i, long cpu = 10, long memory = 10) => new($"h{i:00}", [cpu, memory]);

    private static ContainerSnapshot Container(int i, long cpu, long memory = 1) => new($"c{i:000}", $"a{i}", "", [cpu, memory]);

    private static ClusterSnapshot Of(IEnumerable<HostSnapshot> hosts, IEnumerable<ContainerSnapshot> containers) => new() { Hosts = [.. hosts], Containers = [.. containers] };

    private static int Bound(ClusterSnapshot snapshot, int pending = 0) =>
        new CompactionBound(snapshot.Hosts, snapshot.Containers, pending, 2).Hosts([.. Enumerable.Range(0, snapshot.Hosts.Count)]);

    [Fact]
    public void Bound_Sum_IsRoundedUpToHosts()
    {
        var hosts = Enumerable.Range(0, 8).Select(i => Host(i)).ToList();
        Assert.Equal(3, Bound(Of(hosts, [Container(0, 10), Container(1, 10), Container(2, 1)])));
        Assert.Equal(2, Bound(Of(hosts, [Container(0, 10), Container(1, 10)])));
        // Memory binds.
        Assert.Equal(4, Bound(Of(hosts, [.. Enumerable.Range(0, 4).Select(i => Container(i, 1, 10))])));
        // The largest may stay out.
        Assert.Equal(1, Bound(Of(hosts, [Container(0, 10), Container(1, 10)]), pending: 1));
    }

    [Fact]
    public void Bound_Curves_CountTheBusiestMoment()
    {
        ContainerSnapshot Day(int i, params float[] day) => Container(i, (long)day.Max()) with { Profiles = [new ProfileSnapshot([]) { Daily = day }, null] };
        var hosts = Enumerable.Range(0, 8).Select(i => Host(i)).ToList();
        Assert.Equal(1, Bound(Of(hosts, [Day(0, 10, 0), Day(1, 0, 10)])));
        Assert.Equal(2, Bound(Of(hosts, [Day(0, 10, 0), Day(1, 10, 0)])));
    }

    [Fact]
    public void Bound_WhatFitsOnlyOnLargeHosts_CountsThere()
    {
        // Two of 8 need the hosts of 10, which come last; four of 5 would hold the sum.
        var hosts = new[] { Host(0, 5), Host(1, 5), Host(2, 5), Host(3, 5), Host(4), Host(5) };
        Assert.Equal(6, Bound(Of(hosts, [Container(0, 8), Container(1, 8)])));
    }

    [Fact]
    public void Bound_AnyWorkload_IsNotAboveAPacking() =>
        Gen.Select(Gen.Long[2, 12].Array[4, 14], Gen.Long[1, 6].Array[1, 25], Gen.Int[0, 1]).Sample((capacities, sizes, stay) =>
        {
            var snapshot = Of(capacities.Select((c, i) => Host(i, c, 20)), sizes.Select((s, i) => Container(i, s, 1 + s % 3)));
            var packing = CellPacking.Open(snapshot, new RepackOptions { Safety = 1 }).Value;
            var bound = new CompactionBound(packing.Hosts, packing.Containers, stay, 2).Hosts([.. Enumerable.Range(0, capacities.Length)]);
            for (var n = 0; n < bound; n++) Assert.True(packing.Pack([.. Enumerable.Range(0, n)], 20_000, stay).Count(h => h < 0) > stay, $"fits on {n}, bound {bound}");
        }, iter: 300);

    [Fact]
    public void Compaction_PairsThatFillHosts_ReachesTheBound()
    {
        // 40 pairs of 7 and 3, 6 and 4, or 5 and 5: only exact pairs fill 40 hosts.
        var sizes = Enumerable.Range(0, 40).SelectMany(i => new[] { 5 + i % 3, 5 - i % 3 }).ToList();
        var result = new CompactionBench(Of(Enumerable.Range(0, 60).Select(i => Host(i, 10, 1000)), sizes.Select((s, i) => Container(i, s))), 500_000).Run(3, peers: true);
        Assert.Equal((40, 40), (result.Bound, result.Gantry));
        Assert.InRange(result.BestFit, 40, 42);
        Assert.InRange(result.MostAllocated, 40, 60);
    }

    [Fact]
    public void Order_OfASeed_IsAPermutationOfItsOwn()
    {
        var bench = new CompactionBench(Of(Enumerable.Range(0, 30).Select(i => Host(i)), [Container(0, 1)]), 0);
        Assert.Equal(Enumerable.Range(0, 30), bench.Order(1).Order());
        Assert.Equal(bench.Order(1), bench.Order(1));
        Assert.NotEqual(bench.Order(1), bench.Order(2));
    }

    [Fact]
    public void OpenB_Lines_AreHostsAndContainersWithoutAPlace()
    {
        var snapshot = WorkloadSnapshots.OpenB(["sn,cpu_milli,memory_mib,gpu,model", "n1,32000,262144,0,"], ["name,cpu_milli,memory_mib,num_gpu", "p1,12000,16384,1"]);
        Assert.Equal([32000, 262144L << 20], snapshot.Hosts[0].Capacity);
        Assert.Equal([12000, 16384L << 20], snapshot.Containers[0].Limits);
        Assert.Equal("", snapshot.Containers[0].Host);
        Assert.Contains("'x' is not a whole number", Assert.Throws<LabException>(() => WorkloadSnapshots.OpenB(["", "n1,x,1,0,"], [])).Message);
    }

    [Fact]
    public void Balance_FewMovesOnUnevenHosts_LowersTheImbalance()
    {
        // Every fourth machine is busy, and with twelve hosts these meet on three of them.
        var lines = Enumerable.Range(0, 240).Select(v => $"vm{v}," + string.Join(',', Enumerable.Range(0, 288).Select(t => v % 4 == 0 ? 30 : 10)));
        var (plan, _) = BalanceBench.Run(WorkloadSnapshots.PlanetLab(PlanetLabReader.Parse(lines)));
        Assert.InRange(plan.Report.MovedShare, 0.005, BalanceBench.MaxMovedShare);
        Assert.True(plan.Report.ImbalanceAfter < 0.95 * plan.Report.ImbalanceBefore, plan.Report.ToString());
    }
}

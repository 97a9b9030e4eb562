using CsCheck;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;
using static Gantry.Scheduling.Tests.Clusters;

namespace Gantry.Scheduling.Tests.Repacking;

public sealed class CellPackingTests
{
    [Fact]
    public void Pack_AnyCluster_BreaksNoRuleAndUsesTheChosenHostsOnly() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int[1, 8]).Sample((snapshot, options, hosts) =>
    {
        options = options with { StopTheWorld = true, MaxMovedShare = 1 };
        var packing = CellPacking.Open(snapshot, options).Value;
        var chosen = Enumerable.Range(0, Math.Min(hosts, packing.Hosts.Count)).ToArray();
        var hostOf = packing.Pack(chosen, 3000);
        Assert.All(hostOf.Where(h => h >= 0), h => Assert.Contains(h, chosen));
        // As a plan that takes all of them from nowhere at once.
        var everything = snapshot with { Containers = [.. packing.Containers.Select(c => c with { Movable = true })] };
        var wave = new MoveWave([.. hostOf.Select((h, c) => (h, c)).Where(p => p.h >= 0).Select(p => new Move(packing.Containers[p.c].Id, "", packing.Hosts[p.h].Id, ""))], 0);
        Assert.Empty(RepackChecker.Violations(everything, options, [wave]));
    }, iter: 3000);

    [Fact]
    public void Pack_SameSteps_GivesTheSamePacking() => Gen.Select(RepackClusters.Any, RepackClusters.Options, Gen.Int).Sample((snapshot, options, order) =>
    {
        int[] Pack(ClusterSnapshot s) => CellPacking.Open(s, options).Value.Pack([.. Enumerable.Range(0, s.Hosts.Count)], 2000);
        Assert.Equal(Pack(snapshot), Pack(Shuffled(snapshot, order)));
    }, iter: 1000);

    [Fact]
    public void Pack_BestFitFails_FreeRoomIsBroughtTogether()
    {
        // Best fit puts 4 beside 5 and has no place for 2 at the end; only 5 + 3 + 2 and 4 + 3 + 3 fill both hosts.
        var cluster = Of(Host("h1", 10), Host("h2", 10)) with
        {
            Containers = [.. new[] { 5, 4, 3, 3, 3, 2 }.Select((cpu, i) => Container($"c{i}", $"a{i}", "", cpu, 1))],
        };
        var packing = CellPacking.Open(cluster, new RepackOptions { Safety = 1 }).Value;
        Assert.DoesNotContain(-1, packing.Pack([0, 1], 100_000));
        Assert.NotEqual(0, packing.Pack([0], 10_000).Count(h => h < 0));
    }

    [Fact]
    public void Open_WhatBreaksARule_IsRefused()
    {
        Assert.Contains("negative", CellPacking.Open(Of(new HostSnapshot("h", [-1, 1])), new RepackOptions()).Refusal!.Message);
        Assert.Contains("Safety is 0", CellPacking.Open(Of(Host("h")), new RepackOptions { Safety = 0 }).Refusal!.Message);
    }
}

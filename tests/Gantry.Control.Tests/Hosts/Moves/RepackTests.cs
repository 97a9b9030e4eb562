using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

/// <summary>A cluster that is repacked while its apps serve.</summary>
public sealed class RepackTests : RepackedCluster
{
    [Fact]
    public async Task Cluster_Repacked_FreesWhatThePlanSaid_AndEveryAppServesThroughout()
    {
        await JoinAsync("one", "two", "three");
        App[] apps = [await Cluster.RunOnAsync("one", 3), await Cluster.RunOnAsync("two", 2, "app-no-2"), await Cluster.RunOnAsync("three", 1, "app-no-3")];
        var shown = (await Host.Get<IHostPlanner>().RepackAsync(new RepackQuestion("fewest-hosts", 1, 0, false), ControlHost.Token)).Value;

        var begun = await Cluster.RepackAsync();
        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal((1, RepackingState.Running, 4), (begun.Repacking.Number, begun.Repacking.State, begun.Repacking.AtOnce));
        Assert.Equal((3, 1, 2), (shown.HostsBefore, shown.HostsAfter, begun.Repacking.Frees.Count));
        Assert.Equal((RepackingState.Done, null), (ended.State, ended.Why));
        Assert.Equal(begun.Repacking.Frees, ended.Freed);
        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        var kept = new[] { "one", "two", "three" }.Except(ended.Freed.Select(h => h.Value)).Single();
        foreach (var (app, webs) in apps.Zip([3, 2, 1]))
        {
            Assert.Equal(Enumerable.Repeat((kept, ContainerState.Running), webs), (await Cluster.LiveAsync(app)).Select(c => (c.Host!.Value.Value, c.State)));
            Cluster.AssertRoutes(app);
        }

        Assert.Contains("is to be freed", (await Cluster.LiveAsync(apps[0]))[0].Placement + (await Cluster.LiveAsync(apps[1]))[0].Placement, StringComparison.Ordinal);
        var again = (await Cluster.RepackAsync()).Repacking;
        Assert.Equal((2, RepackingState.Done, 0), (again.Number, again.State, again.Moves.Count));
        Assert.Contains("Nothing is better", again.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("planned")]
    [InlineData("recorded")]
    [InlineData("started")]
    [InlineData("ready")]
    [InlineData("switched")]
    public async Task Control_KilledAfterAnyStep_GoesOnWithTheSameMoves(string step)
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 2);
        var old = (await Cluster.LiveAsync(app)).First(c => c.Index == 1);
        var gate = new TaskCompletionSource();
        if (step == "recorded")
            two.Played.Gate = gate.Task;
        else
            Cluster.BecomeUnready();

        var plan = new[] { Move(old, "one", "two", 1), Move((await Cluster.LiveAsync(app)).First(c => c.Index == 2), "one", "two", 2) };
        if (step == "planned")
            Host.Leases.Lose();
        await PlanAsync(plan);
        await Cluster.UntilAsync(
            async () => step == "planned" || (await Cluster.LiveAsync(app)).Any(c => c.Replaces == old.Id && (c.StartedAt is not null || step == "recorded")), "the new container");
        await Cluster.RestartAsync(() =>
        {
            Host.Leases.GiveBack();
            gate.SetResult();
            if (step != "recorded")
                Cluster.BecomeReady();
            if (step is "ready" or "switched")
                Host.Raw("UPDATE containers SET state = 'Running', ready_at = started_at WHERE replaces IS NOT NULL");
            if (step == "switched")
                Host.Raw($"UPDATE containers SET wanted = 0 WHERE id = '{old.Id}'");
        });
        var ended = await Cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal(["one"], ended.Freed.Select(h => h.Value));
        Assert.Equal([("two", 1), ("two", 2)], (await Cluster.LiveAsync(app)).Select(c => (c.Host!.Value.Value, c.Index)).Order());
        Assert.Equal(2, two.Played.Started.Count);
        Cluster.AssertRoutes(app, restarted: true);
    }

    [Fact]
    public async Task Leader_ThatLosesTheLease_BeginsNothing_AndTheNextOneGoesOn()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 2);
        var live = await Cluster.LiveAsync(app);
        Cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2));
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        Host.Leases.Lose();
        await Gantry.Tests.Until.TrueAsync(() => !Host.Leases.IsHeld, "the lease is given up");
        Cluster.BecomeReady();
        await Host.Get<IRepackingStore>().UpdateAsync(1, r => r with { AtOnce = 9 }, ControlHost.Token);
        Host.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(two.Played.Started);
        Host.Leases.GiveBack();
        var ended = await Cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal(2, two.Played.Started.Count);
        Cluster.AssertRoutes(app, restarted: true);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(10, 3)]
    public async Task Moves_AtOnce_AreAtMostThoseAskedFor(int atOnce, int underWay)
    {
        var two = (await JoinAsync("one", "two"))[1];
        var moves = new List<RepackingMove>();
        foreach (var n in new[] { 1, 2, 3 })
            moves.Add(Move(Assert.Single(await Cluster.LiveAsync(await Cluster.RunOnAsync("one", 1, $"app-no-{n}"))), "one", "two", 1));
        Cluster.BecomeUnready();

        await PlanAsync(atOnce, [.. moves]);
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == underWay), "the first moves");
        await Cluster.PassAsync(20, "one", "two");

        Assert.Equal(underWay, two.Played.Started.Count);
        Assert.Equal(underWay, (await Cluster.RepackingAsync()).UnderWay.Count);
        Cluster.BecomeReady();
        Assert.All((await Cluster.UntilRepackedAsync()).Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
    }

    [Fact]
    public async Task Repacking_Paused_FinishesWhatIsUnderWay_AndGoesOnWhenResumed()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 3);
        var live = await Cluster.LiveAsync(app);
        Cluster.BecomeUnready();
        await PlanAsync([.. live.Select((c, i) => Move(c, "one", "two", i + 1))]);
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        var paused = (await Cluster.Repackings.ChangeAsync(RepackingState.Paused, ControlHost.Token)).Value;
        Assert.Equal([live[0].Id], paused.UnderWay);
        Cluster.BecomeReady();
        await Cluster.UntilAsync(async () => (await Cluster.RepackingAsync()).Repacking.Moves[0].State == RepackingMoveState.Moved, "the end of the first move");
        await Cluster.PassAsync(20, "one", "two");
        Assert.Single(two.Played.Started);
        Assert.Equal((RepackingState.Paused, null), ((await Cluster.RepackingAsync()).Repacking.State, (await Cluster.RepackingAsync()).Repacking.EndedAt));

        Assert.True((await Cluster.Repackings.ChangeAsync(RepackingState.Running, ControlHost.Token)).IsSuccess);
        var ended = await Cluster.UntilRepackedAsync();
        Assert.Equal((RepackingState.Done, 3), (ended.State, ended.Moves.Count(m => m.State == RepackingMoveState.Moved)));
        Assert.Equal(RefusalKind.Conflict, (await Cluster.Repackings.ChangeAsync(RepackingState.Paused, ControlHost.Token)).Refusal!.Kind);
        Cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Repacking_Abandoned_FinishesWhatIsUnderWay_AndLeavesTheRest()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 2);
        var live = await Cluster.LiveAsync(app);
        Cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2));
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        await Cluster.Repackings.ChangeAsync(RepackingState.Abandoned, ControlHost.Token);
        await Cluster.PassAsync(10, "one", "two");
        Assert.Null((await Cluster.RepackingAsync()).Repacking.EndedAt);
        Assert.Equal(RefusalKind.Conflict, (await Cluster.Repackings.BeginAsync(new RepackQuestion("fewest-hosts", 1, 0, false), null, ControlHost.Token)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Conflict, (await Cluster.Repackings.ChangeAsync(RepackingState.Running, ControlHost.Token)).Refusal!.Kind);
        Cluster.BecomeReady();
        var ended = await Cluster.UntilRepackedAsync();
        await Cluster.PassAsync(20, "one", "two");

        Assert.Equal((RepackingState.Abandoned, 0), (ended.State, ended.Freed.Count));
        Assert.Equal([(RepackingMoveState.Moved, "test"), (RepackingMoveState.GivenUp, "the repacking was abandoned before")], ended.Moves.Select(m => (m.State, m.Why)));
        Assert.Single(two.Played.Started);
        Assert.Equal(["one", "two"], (await Cluster.LiveAsync(app)).Select(c => c.Host!.Value.Value).Order());
        Cluster.AssertRoutes(app);
        Assert.Equal(2, (await Cluster.RepackAsync()).Repacking.Number);
    }
}

using Gantry.Bus;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

/// <summary>A cluster that changes while it is repacked, or has changed since it was planned.</summary>
public sealed class RepackChangeTests : RepackedCluster
{
    [Fact]
    public async Task Target_LostMidway_LeavesTheOldOneServing_AndTheRestIsGivenUpWithTheReason()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var (app, other) = (await Cluster.RunOnAsync("one", 2), await Cluster.RunOnAsync("three", 1, "app-no-2"));
        var live = await Cluster.LiveAsync(app);
        Cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2), Move((await Cluster.LiveAsync(other))[0], "three", "one", 3));
        await Cluster.UntilAsync(() => Task.FromResult(hosts[1].Played.Started.Count == 1), "the first move");

        hosts[1].FallSilent();
        await Cluster.PassAsync(16, "one", "three");
        Cluster.BecomeReady();
        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.GivenUp, RepackingMoveState.GivenUp, RepackingMoveState.Moved], ended.Moves.Select(m => m.State));
        Assert.Contains("its successor did not become ready: ", ended.Moves[0].Why, StringComparison.Ordinal);
        Assert.Contains("two", ended.Moves[1].Why, StringComparison.Ordinal);
        Assert.All(await Cluster.LiveAsync(app), c => Assert.Equal(("one", ContainerState.Running), (c.Host!.Value.Value, c.State)));
        Assert.Equal(["three"], ended.Freed.Select(h => h.Value));
        Cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Host_SilentForAMoment_CostsNoMove()
    {
        var hosts = await JoinAsync("one", "two");
        var app = await Cluster.RunOnAsync("one", 1);
        hosts[1].FallSilent();
        await Cluster.PassAsync(7, "one");

        await PlanAsync(Move((await Cluster.LiveAsync(app))[0], "one", "two", 1));
        await Cluster.PassAsync(3, "one");
        Assert.Equal(RepackingMoveState.Waiting, (await Cluster.RepackingAsync()).Repacking.Moves[0].State);
        hosts[1].ComeBack();

        Assert.Equal(RepackingMoveState.Moved, (await Cluster.UntilRepackedAsync()).Moves[0].State);
    }

    [Fact]
    public async Task Target_WithoutRoomAnyMore_EndsItWithASentence_AndMovesNothingInVain()
    {
        var hosts = await JoinAsync("one", "two");
        var (app, other) = (await Cluster.RunOnAsync("one", 2), await Cluster.RunOnAsync("one", 1, "app-no-2"));
        var live = await Cluster.LiveAsync(app);
        Cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2), Move((await Cluster.LiveAsync(other))[0], "one", "two", 3));
        await Cluster.UntilAsync(() => Task.FromResult(hosts[1].Played.Started.Count == 1), "the first move");
        await Cluster.SizeAsync("two", 2, room: 1);
        Cluster.BecomeReady();

        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.Moved, RepackingMoveState.GivenUp, RepackingMoveState.GivenUp], ended.Moves.Select(m => m.State));
        Assert.Contains("lack 512 MB of promisable memory", ended.Moves[1].Why, StringComparison.Ordinal);
        Assert.Empty(ended.Freed);
        Assert.Single(hosts[1].Played.Started);
        Assert.Equal(2, (await Cluster.LiveAsync(app)).Count(c => c.State == ContainerState.Running));
        Cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Host_ThatKeepsOneContainer_KeepsTheOthersToo()
    {
        var hosts = await JoinAsync("one", "two", "three");
        await Cluster.SizeAsync("two", 2, room: 1);
        var (large, small, third) = (await Cluster.RunOnAsync("one", 1), await Cluster.RunOnAsync("one", 1, "app-no-2"), await Cluster.RunOnAsync("three", 1, "app-no-3"));
        await Cluster.RunOnAsync("two", 1, "app-no-4");

        await PlanAsync(
            Move((await Cluster.LiveAsync(large))[0], "one", "two", 1), Move((await Cluster.LiveAsync(small))[0], "one", "three", 2),
            Move((await Cluster.LiveAsync(third))[0], "three", "one", 3));
        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.GivenUp, RepackingMoveState.GivenUp, RepackingMoveState.Moved], ended.Moves.Select(m => m.State));
        Assert.Equal("one would not be free: web-1 of my-app-1 stays there", ended.Moves[1].Why);
        Assert.Equal(["three"], ended.Freed.Select(h => h.Value));
        Assert.Single(hosts[2].Played.Started);
    }

    [Fact]
    public async Task Plan_ThatWouldFreeNothingAnyMore_EndsWithASentence()
    {
        var hosts = await JoinAsync("one", "two", "three");
        await Cluster.SizeAsync("two", 2, room: 1);
        var (stays, other) = (await Cluster.RunOnAsync("one", 1), await Cluster.RunOnAsync("three", 1, "app-no-2"));
        await Cluster.RunOnAsync("two", 1, "app-no-3");
        await PlanAsync(
            frees: ["one"], atOnce: 4, Move((await Cluster.LiveAsync(stays))[0], "one", "two", 1), Move((await Cluster.LiveAsync(other))[0], "three", "one", 2));

        var ended = await Cluster.UntilRepackedAsync();

        Assert.Contains("what is left of the plan would free no host", ended.Why, StringComparison.Ordinal);
        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.GivenUp, m.State));
        Assert.Single(hosts[0].Played.Started);
    }

    [Fact]
    public async Task Container_WhoseSuccessorIsNotReady_ServesOn_AndIsTriedOnce()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 1);
        Cluster.BecomeUnready();
        await PlanAsync(Move((await Cluster.LiveAsync(app))[0], "one", "two", 1));
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "a try");
        await Cluster.PassAsync(61, "one", "two");

        var ended = await Cluster.UntilRepackedAsync();
        await Cluster.PassAsync(120, "one", "two");

        Assert.Contains("its successor did not become ready: It did not accept connections", ended.Moves[0].Why, StringComparison.Ordinal);
        Assert.Equal(("one", ContainerState.Running), ((await Cluster.LiveAsync(app))[0].Host!.Value.Value, (await Cluster.LiveAsync(app))[0].State));
        Assert.Single(two.Played.Started);
        Cluster.AssertRoutes(app);
    }

    [Theory]
    [InlineData("scaled")]
    [InlineData("deleted")]
    [InlineData("deployed")]
    public async Task App_ChangedMeanwhile_IsLeftAlone_AndTheOthersAreMoved(string how)
    {
        var two = (await JoinAsync("one", "two"))[1];
        var (first, changed) = (await Cluster.RunOnAsync("one", 1), await Cluster.RunOnAsync("one", 1, "app-no-2"));
        var old = Assert.Single(await Cluster.LiveAsync(changed));
        Cluster.BecomeUnready();
        await PlanAsync(Move((await Cluster.LiveAsync(first))[0], "one", "two", 1), Move(old, "one", "two", 2));
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        if (how == "scaled")
            await Host.Apps.SetFormationAsync(changed.Id, [new ProcessFormation("web", 0, "M", "serve")], ControlHost.Token);
        else if (how == "deleted")
            await Host.Apps.UpdateAsync(changed.Id, a => a with { DeletedAt = Host.Time.GetUtcNow() }, ControlHost.Token);
        else
            await Host.Apps.UpdateAsync(changed.Id, a => a with { CurrentDeploymentId = new DeploymentId("d-next") }, ControlHost.Token);
        Host.Get<IBus>().Publish(new AppChanged(changed.Id));
        await Cluster.UntilAsync(async () => how == "deployed" || (await Cluster.LiveAsync(changed)).Count == 0, "the end of its container");
        Cluster.BecomeReady();
        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.Moved, RepackingMoveState.GivenUp], ended.Moves.Select(m => m.State));
        Assert.DoesNotContain(await Host.Containers.ListByDeploymentAsync(changed.Id, old.DeploymentId, ControlHost.Token), c => c.Replaces == old.Id);
        Cluster.AssertRoutes(first);
    }

    [Fact]
    public async Task Container_ThatStepsAside_GoesOnFromThere()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var app = await Cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await Cluster.LiveAsync(app));

        await PlanAsync(Move(old, "one", "three", 1), Move(old, "three", "two", 2));
        var ended = await Cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal("two", Assert.Single(await Cluster.LiveAsync(app)).Host!.Value.Value);
        Assert.Equal((1, 1), (hosts[1].Played.Started.Count, hosts[2].Played.Started.Count));
        Cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Containers_OfOneAppInOneWave_MoveOneAfterTheOther()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 2);
        Cluster.BecomeUnready();
        await PlanAsync([.. (await Cluster.LiveAsync(app)).Select(c => Move(c, "one", "two", 1))]);
        await Cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");
        await Cluster.PassAsync(20, "one", "two");
        Assert.Single(two.Played.Started);
        Cluster.BecomeReady();

        Assert.All((await Cluster.UntilRepackedAsync()).Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
    }

    [Fact]
    public async Task Move_WhoseContainerHasEndedSince_WasMade()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await Cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await Cluster.LiveAsync(app));
        await Cluster.DrainAsync("one");
        await Cluster.UntilDrainedAsync("one");
        two.Played.Exit(Assert.Single(await Cluster.LiveAsync(app)).Id, 1);
        await Cluster.UntilAsync(async () => (await Cluster.LiveAsync(app)) is [{ Replaces: null }], "what follows the crash");

        await PlanAsync(Move(old, "one", "two", 1));

        Assert.Equal(RepackingMoveState.Moved, (await Cluster.UntilRepackedAsync()).Moves[0].State);
    }

    [Fact]
    public async Task Moves_ThatLeadBackToWhereAllIs_AreNotMade_AndSaySo()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var (app, other) = (await Cluster.RunOnAsync("one", 1), await Cluster.RunOnAsync("three", 1, "app-no-2"));
        var (round, last) = ((await Cluster.LiveAsync(app))[0], (await Cluster.LiveAsync(other))[0]);

        await PlanAsync(["three"], 4, Move(round, "one", "two", 1), Move(round, "two", "one", 2), Move(last, "three", "one", 3));
        var ended = await Cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.GivenUp, RepackingMoveState.GivenUp, RepackingMoveState.Moved], ended.Moves.Select(m => m.State));
        Assert.Equal(["the plan would bring it back to one, where it is", "it is on one already"], ended.Moves.Take(2).Select(m => m.Why));
        Assert.Empty(hosts[1].Played.Started);
        Assert.Equal(round.Id, Assert.Single(await Cluster.LiveAsync(app)).Id);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 2)]
    public async Task Budget_OfMoves_IsKept(double share, int most)
    {
        await JoinAsync("one", "two", "three");
        App[] apps = [await Cluster.RunOnAsync("one", 1), await Cluster.RunOnAsync("two", 1, "app-no-2"), await Cluster.RunOnAsync("three", 2, "app-no-3")];
        var before = (await Task.WhenAll(apps.Select(Cluster.LiveAsync))).SelectMany(l => l).ToList();

        await Cluster.RepackAsync(share);
        var ended = await Cluster.UntilRepackedAsync();

        var after = (await Task.WhenAll(apps.Select(Cluster.LiveAsync))).SelectMany(l => l).ToList();
        Assert.Equal(most, after.Count(a => before.TrueForAll(b => b.Id != a.Id)));
        Assert.Equal((RepackingState.Done, most), (ended.State, ended.Moves.Count));
    }

    [Fact]
    public async Task Drain_GoesFirst_AndARepackingWaitsForIt()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var (drained, app) = (await Cluster.RunOnAsync("three", 1), await Cluster.RunOnAsync("one", 1, "app-no-2"));
        Cluster.BecomeUnready();
        await Cluster.DrainAsync("three");
        await Cluster.UntilAsync(async () => (await Cluster.LiveAsync(drained)).Count == 2, "the move of the drain");

        var refused = (await Cluster.Repackings.BeginAsync(new RepackQuestion("fewest-hosts", 1, 0, false), null, ControlHost.Token)).Refusal!;
        Assert.Contains("three, which is drained", refused.Message, StringComparison.Ordinal);
        await PlanAsync(Move((await Cluster.LiveAsync(app))[0], "one", "two", 1));
        await Host.Get<RepackStep>().RunAsync(ControlHost.Token);
        Assert.Equal("three is drained first", (await Cluster.RepackingAsync()).Held);
        Assert.Single(await Cluster.LiveAsync(app));
        Cluster.BecomeReady();

        Assert.Equal(RepackingMoveState.Moved, (await Cluster.UntilRepackedAsync()).Moves[0].State);
        Assert.Empty((await Cluster.ShowAsync("three")).There);
        Assert.Equal("two", Assert.Single(await Cluster.LiveAsync(app)).Host!.Value.Value);
    }
}

using Gantry.Bus;
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
public sealed class RepackTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();

    private ControlHost Host => _cluster.Host;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Cluster_Repacked_FreesWhatThePlanSaid_AndEveryAppServesThroughout()
    {
        await JoinAsync("one", "two", "three");
        App[] apps = [await _cluster.RunOnAsync("one", 3), await _cluster.RunOnAsync("two", 2, "app-no-2"), await _cluster.RunOnAsync("three", 1, "app-no-3")];
        var shown = (await Host.Get<IHostPlanner>().RepackAsync(new RepackQuestion("fewest-hosts", 1, 0, false), ControlHost.Token)).Value;

        var begun = await _cluster.RepackAsync();
        var ended = await _cluster.UntilRepackedAsync();

        Assert.Equal((1, RepackingState.Running, 4), (begun.Repacking.Number, begun.Repacking.State, begun.Repacking.AtOnce));
        Assert.Equal((3, 1, 2), (shown.HostsBefore, shown.HostsAfter, begun.Repacking.Frees.Count));
        Assert.Equal((RepackingState.Done, null), (ended.State, ended.Why));
        Assert.Equal(begun.Repacking.Frees, ended.Freed);
        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        var kept = new[] { "one", "two", "three" }.Except(ended.Freed.Select(h => h.Value)).Single();
        foreach (var (app, webs) in apps.Zip([3, 2, 1]))
        {
            Assert.Equal(Enumerable.Repeat((kept, ContainerState.Running), webs), (await _cluster.LiveAsync(app)).Select(c => (c.Host!.Value.Value, c.State)));
            _cluster.AssertRoutes(app);
        }

        Assert.Contains("is to be freed", (await _cluster.LiveAsync(apps[0]))[0].Placement + (await _cluster.LiveAsync(apps[1]))[0].Placement, StringComparison.Ordinal);
        var again = (await _cluster.RepackAsync()).Repacking;
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
        var app = await _cluster.RunOnAsync("one", 2);
        var old = (await _cluster.LiveAsync(app)).First(c => c.Index == 1);
        var gate = new TaskCompletionSource();
        if (step == "recorded")
            two.Played.Gate = gate.Task;
        else
            _cluster.BecomeUnready();

        var plan = new[] { Move(old, "one", "two", 1), Move((await _cluster.LiveAsync(app)).First(c => c.Index == 2), "one", "two", 2) };
        if (step == "planned")
            Host.Leases.Lose();
        await PlanAsync(plan);
        await _cluster.UntilAsync(
            async () => step == "planned" || (await _cluster.LiveAsync(app)).Any(c => c.Replaces == old.Id && (c.StartedAt is not null || step == "recorded")), "the new container");
        await _cluster.RestartAsync(() =>
        {
            Host.Leases.GiveBack();
            gate.SetResult();
            if (step != "recorded")
                _cluster.BecomeReady();
            if (step is "ready" or "switched")
                Host.Raw("UPDATE containers SET state = 'Running', ready_at = started_at WHERE replaces IS NOT NULL");
            if (step == "switched")
                Host.Raw($"UPDATE containers SET wanted = 0 WHERE id = '{old.Id}'");
        });
        var ended = await _cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal(["one"], ended.Freed.Select(h => h.Value));
        Assert.Equal([("two", 1), ("two", 2)], (await _cluster.LiveAsync(app)).Select(c => (c.Host!.Value.Value, c.Index)).Order());
        Assert.Equal(2, two.Played.Started.Count);
        _cluster.AssertRoutes(app, restarted: true);
    }

    [Fact]
    public async Task Leader_ThatLosesTheLease_BeginsNothing_AndTheNextOneGoesOn()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 2);
        var live = await _cluster.LiveAsync(app);
        _cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2));
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        Host.Leases.Lose();
        await Gantry.Tests.Until.TrueAsync(() => !Host.Leases.IsHeld, "the lease is given up");
        _cluster.BecomeReady();
        await Host.Get<IRepackingStore>().UpdateAsync(1, r => r with { AtOnce = 9 }, ControlHost.Token);
        Host.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Single(two.Played.Started);
        Host.Leases.GiveBack();
        var ended = await _cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal(2, two.Played.Started.Count);
        _cluster.AssertRoutes(app, restarted: true);
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
            moves.Add(Move(Assert.Single(await _cluster.LiveAsync(await _cluster.RunOnAsync("one", 1, $"app-no-{n}"))), "one", "two", 1));
        _cluster.BecomeUnready();

        await PlanAsync(atOnce, [.. moves]);
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == underWay), "the first moves");
        await _cluster.PassAsync(20, "one", "two");

        Assert.Equal(underWay, two.Played.Started.Count);
        Assert.Equal(underWay, (await _cluster.RepackingAsync()).UnderWay.Count);
        _cluster.BecomeReady();
        Assert.All((await _cluster.UntilRepackedAsync()).Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
    }

    [Fact]
    public async Task Repacking_Paused_FinishesWhatIsUnderWay_AndGoesOnWhenResumed()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 3);
        var live = await _cluster.LiveAsync(app);
        _cluster.BecomeUnready();
        await PlanAsync([.. live.Select((c, i) => Move(c, "one", "two", i + 1))]);
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        var paused = (await _cluster.Repackings.ChangeAsync(RepackingState.Paused, ControlHost.Token)).Value;
        Assert.Equal([live[0].Id], paused.UnderWay);
        _cluster.BecomeReady();
        await _cluster.UntilAsync(async () => (await _cluster.RepackingAsync()).Repacking.Moves[0].State == RepackingMoveState.Moved, "the end of the first move");
        await _cluster.PassAsync(20, "one", "two");
        Assert.Single(two.Played.Started);
        Assert.Equal((RepackingState.Paused, null), ((await _cluster.RepackingAsync()).Repacking.State, (await _cluster.RepackingAsync()).Repacking.EndedAt));

        Assert.True((await _cluster.Repackings.ChangeAsync(RepackingState.Running, ControlHost.Token)).IsSuccess);
        var ended = await _cluster.UntilRepackedAsync();
        Assert.Equal((RepackingState.Done, 3), (ended.State, ended.Moves.Count(m => m.State == RepackingMoveState.Moved)));
        Assert.Equal(RefusalKind.Conflict, (await _cluster.Repackings.ChangeAsync(RepackingState.Paused, ControlHost.Token)).Refusal!.Kind);
        _cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Repacking_Abandoned_FinishesWhatIsUnderWay_AndLeavesTheRest()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 2);
        var live = await _cluster.LiveAsync(app);
        _cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2));
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        await _cluster.Repackings.ChangeAsync(RepackingState.Abandoned, ControlHost.Token);
        await _cluster.PassAsync(10, "one", "two");
        Assert.Null((await _cluster.RepackingAsync()).Repacking.EndedAt);
        Assert.Equal(RefusalKind.Conflict, (await _cluster.Repackings.BeginAsync(new RepackQuestion("fewest-hosts", 1, 0, false), null, ControlHost.Token)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Conflict, (await _cluster.Repackings.ChangeAsync(RepackingState.Running, ControlHost.Token)).Refusal!.Kind);
        _cluster.BecomeReady();
        var ended = await _cluster.UntilRepackedAsync();
        await _cluster.PassAsync(20, "one", "two");

        Assert.Equal((RepackingState.Abandoned, 0), (ended.State, ended.Freed.Count));
        Assert.Equal([(RepackingMoveState.Moved, "test"), (RepackingMoveState.GivenUp, "the repacking was abandoned before")], ended.Moves.Select(m => (m.State, m.Why)));
        Assert.Single(two.Played.Started);
        Assert.Equal(["one", "two"], (await _cluster.LiveAsync(app)).Select(c => c.Host!.Value.Value).Order());
        _cluster.AssertRoutes(app);
        Assert.Equal(2, (await _cluster.RepackAsync()).Repacking.Number);
    }

    [Fact]
    public async Task Target_LostMidway_LeavesTheOldOneServing_AndTheRestIsGivenUpWithTheReason()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var (app, other) = (await _cluster.RunOnAsync("one", 2), await _cluster.RunOnAsync("three", 1, "app-no-2"));
        var live = await _cluster.LiveAsync(app);
        _cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2), Move((await _cluster.LiveAsync(other))[0], "three", "one", 3));
        await _cluster.UntilAsync(() => Task.FromResult(hosts[1].Played.Started.Count == 1), "the first move");

        hosts[1].FallSilent();
        await _cluster.PassAsync(16, "one", "three");
        _cluster.BecomeReady();
        var ended = await _cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.GivenUp, RepackingMoveState.GivenUp, RepackingMoveState.Moved], ended.Moves.Select(m => m.State));
        Assert.Contains("its successor did not become ready: ", ended.Moves[0].Why, StringComparison.Ordinal);
        Assert.Contains("two", ended.Moves[1].Why, StringComparison.Ordinal);
        Assert.All(await _cluster.LiveAsync(app), c => Assert.Equal(("one", ContainerState.Running), (c.Host!.Value.Value, c.State)));
        Assert.Equal(["three"], ended.Freed.Select(h => h.Value));
        _cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Host_SilentForAMoment_CostsNoMove()
    {
        var hosts = await JoinAsync("one", "two");
        var app = await _cluster.RunOnAsync("one", 1);
        hosts[1].FallSilent();
        await _cluster.PassAsync(7, "one");

        await PlanAsync(Move((await _cluster.LiveAsync(app))[0], "one", "two", 1));
        await _cluster.PassAsync(3, "one");
        Assert.Equal(RepackingMoveState.Waiting, (await _cluster.RepackingAsync()).Repacking.Moves[0].State);
        hosts[1].ComeBack();

        Assert.Equal(RepackingMoveState.Moved, (await _cluster.UntilRepackedAsync()).Moves[0].State);
    }

    [Fact]
    public async Task Target_WithoutRoomAnyMore_EndsItWithASentence_AndMovesNothingInVain()
    {
        var hosts = await JoinAsync("one", "two");
        var (app, other) = (await _cluster.RunOnAsync("one", 2), await _cluster.RunOnAsync("one", 1, "app-no-2"));
        var live = await _cluster.LiveAsync(app);
        _cluster.BecomeUnready();
        await PlanAsync(Move(live[0], "one", "two", 1), Move(live[1], "one", "two", 2), Move((await _cluster.LiveAsync(other))[0], "one", "two", 3));
        await _cluster.UntilAsync(() => Task.FromResult(hosts[1].Played.Started.Count == 1), "the first move");
        await _cluster.SizeAsync("two", 2, room: 1);
        _cluster.BecomeReady();

        var ended = await _cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.Moved, RepackingMoveState.GivenUp, RepackingMoveState.GivenUp], ended.Moves.Select(m => m.State));
        Assert.Contains("lack 512 MB of promisable memory", ended.Moves[1].Why, StringComparison.Ordinal);
        Assert.Empty(ended.Freed);
        Assert.Single(hosts[1].Played.Started);
        Assert.Equal(2, (await _cluster.LiveAsync(app)).Count(c => c.State == ContainerState.Running));
        _cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Host_ThatKeepsOneContainer_KeepsTheOthersToo()
    {
        var hosts = await JoinAsync("one", "two", "three");
        await _cluster.SizeAsync("two", 2, room: 1);
        var (large, small, third) = (await _cluster.RunOnAsync("one", 1), await _cluster.RunOnAsync("one", 1, "app-no-2"), await _cluster.RunOnAsync("three", 1, "app-no-3"));
        await _cluster.RunOnAsync("two", 1, "app-no-4");

        await PlanAsync(
            Move((await _cluster.LiveAsync(large))[0], "one", "two", 1), Move((await _cluster.LiveAsync(small))[0], "one", "three", 2),
            Move((await _cluster.LiveAsync(third))[0], "three", "one", 3));
        var ended = await _cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.GivenUp, RepackingMoveState.GivenUp, RepackingMoveState.Moved], ended.Moves.Select(m => m.State));
        Assert.Equal("one would not be free: web-1 of my-app-1 stays there", ended.Moves[1].Why);
        Assert.Equal(["three"], ended.Freed.Select(h => h.Value));
        Assert.Single(hosts[2].Played.Started);
    }

    [Fact]
    public async Task Plan_ThatWouldFreeNothingAnyMore_EndsWithASentence()
    {
        var hosts = await JoinAsync("one", "two", "three");
        await _cluster.SizeAsync("two", 2, room: 1);
        var (stays, other) = (await _cluster.RunOnAsync("one", 1), await _cluster.RunOnAsync("three", 1, "app-no-2"));
        await _cluster.RunOnAsync("two", 1, "app-no-3");
        await PlanAsync(
            frees: ["one"], atOnce: 4, Move((await _cluster.LiveAsync(stays))[0], "one", "two", 1), Move((await _cluster.LiveAsync(other))[0], "three", "one", 2));

        var ended = await _cluster.UntilRepackedAsync();

        Assert.Contains("what is left of the plan would free no host", ended.Why, StringComparison.Ordinal);
        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.GivenUp, m.State));
        Assert.Single(hosts[0].Played.Started);
    }

    [Fact]
    public async Task Container_WhoseSuccessorIsNotReady_ServesOn_AndIsTriedOnce()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 1);
        _cluster.BecomeUnready();
        await PlanAsync(Move((await _cluster.LiveAsync(app))[0], "one", "two", 1));
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "a try");
        await _cluster.PassAsync(61, "one", "two");

        var ended = await _cluster.UntilRepackedAsync();
        await _cluster.PassAsync(120, "one", "two");

        Assert.Contains("its successor did not become ready: It did not accept connections", ended.Moves[0].Why, StringComparison.Ordinal);
        Assert.Equal(("one", ContainerState.Running), ((await _cluster.LiveAsync(app))[0].Host!.Value.Value, (await _cluster.LiveAsync(app))[0].State));
        Assert.Single(two.Played.Started);
        _cluster.AssertRoutes(app);
    }

    [Theory]
    [InlineData("scaled")]
    [InlineData("deleted")]
    [InlineData("deployed")]
    public async Task App_ChangedMeanwhile_IsLeftAlone_AndTheOthersAreMoved(string how)
    {
        var two = (await JoinAsync("one", "two"))[1];
        var (first, changed) = (await _cluster.RunOnAsync("one", 1), await _cluster.RunOnAsync("one", 1, "app-no-2"));
        var old = Assert.Single(await _cluster.LiveAsync(changed));
        _cluster.BecomeUnready();
        await PlanAsync(Move((await _cluster.LiveAsync(first))[0], "one", "two", 1), Move(old, "one", "two", 2));
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        if (how == "scaled")
            await Host.Apps.SetFormationAsync(changed.Id, [new ProcessFormation("web", 0, "M", "serve")], ControlHost.Token);
        else if (how == "deleted")
            await Host.Apps.UpdateAsync(changed.Id, a => a with { DeletedAt = Host.Time.GetUtcNow() }, ControlHost.Token);
        else
            await Host.Apps.UpdateAsync(changed.Id, a => a with { CurrentDeploymentId = new DeploymentId("d-next") }, ControlHost.Token);
        Host.Get<IBus>().Publish(new AppChanged(changed.Id));
        await _cluster.UntilAsync(async () => how == "deployed" || (await _cluster.LiveAsync(changed)).Count == 0, "the end of its container");
        _cluster.BecomeReady();
        var ended = await _cluster.UntilRepackedAsync();

        Assert.Equal([RepackingMoveState.Moved, RepackingMoveState.GivenUp], ended.Moves.Select(m => m.State));
        Assert.DoesNotContain(await Host.Containers.ListByDeploymentAsync(changed.Id, old.DeploymentId, ControlHost.Token), c => c.Replaces == old.Id);
        _cluster.AssertRoutes(first);
    }

    [Fact]
    public async Task Container_ThatStepsAside_GoesOnFromThere()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var app = await _cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await _cluster.LiveAsync(app));

        await PlanAsync(Move(old, "one", "three", 1), Move(old, "three", "two", 2));
        var ended = await _cluster.UntilRepackedAsync();

        Assert.All(ended.Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
        Assert.Equal("two", Assert.Single(await _cluster.LiveAsync(app)).Host!.Value.Value);
        Assert.Equal((1, 1), (hosts[1].Played.Started.Count, hosts[2].Played.Started.Count));
        _cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Containers_OfOneAppInOneWave_MoveOneAfterTheOther()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 2);
        _cluster.BecomeUnready();
        await PlanAsync([.. (await _cluster.LiveAsync(app)).Select(c => Move(c, "one", "two", 1))]);
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");
        await _cluster.PassAsync(20, "one", "two");
        Assert.Single(two.Played.Started);
        _cluster.BecomeReady();

        Assert.All((await _cluster.UntilRepackedAsync()).Moves, m => Assert.Equal(RepackingMoveState.Moved, m.State));
    }

    [Fact]
    public async Task Move_WhoseContainerHasEndedSince_WasMade()
    {
        var two = (await JoinAsync("one", "two"))[1];
        var app = await _cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await _cluster.LiveAsync(app));
        await _cluster.DrainAsync("one");
        await _cluster.UntilDrainedAsync("one");
        two.Played.Exit(Assert.Single(await _cluster.LiveAsync(app)).Id, 1);
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)) is [{ Replaces: null }], "what follows the crash");

        await PlanAsync(Move(old, "one", "two", 1));

        Assert.Equal(RepackingMoveState.Moved, (await _cluster.UntilRepackedAsync()).Moves[0].State);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 2)]
    public async Task Budget_OfMoves_IsKept(double share, int most)
    {
        await JoinAsync("one", "two", "three");
        App[] apps = [await _cluster.RunOnAsync("one", 1), await _cluster.RunOnAsync("two", 1, "app-no-2"), await _cluster.RunOnAsync("three", 2, "app-no-3")];
        var before = (await Task.WhenAll(apps.Select(_cluster.LiveAsync))).SelectMany(l => l).ToList();

        await _cluster.RepackAsync(share);
        var ended = await _cluster.UntilRepackedAsync();

        var after = (await Task.WhenAll(apps.Select(_cluster.LiveAsync))).SelectMany(l => l).ToList();
        Assert.Equal(most, after.Count(a => before.TrueForAll(b => b.Id != a.Id)));
        Assert.Equal((RepackingState.Done, most), (ended.State, ended.Moves.Count));
    }

    [Fact]
    public async Task Drain_GoesFirst_AndARepackingWaitsForIt()
    {
        var hosts = await JoinAsync("one", "two", "three");
        var (drained, app) = (await _cluster.RunOnAsync("three", 1), await _cluster.RunOnAsync("one", 1, "app-no-2"));
        _cluster.BecomeUnready();
        await _cluster.DrainAsync("three");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(drained)).Count == 2, "the move of the drain");

        var refused = (await _cluster.Repackings.BeginAsync(new RepackQuestion("fewest-hosts", 1, 0, false), null, ControlHost.Token)).Refusal!;
        Assert.Contains("three, which is drained", refused.Message, StringComparison.Ordinal);
        await PlanAsync(Move((await _cluster.LiveAsync(app))[0], "one", "two", 1));
        await Host.Get<RepackStep>().RunAsync(ControlHost.Token);
        Assert.Equal("three is drained first", (await _cluster.RepackingAsync()).Held);
        Assert.Single(await _cluster.LiveAsync(app));
        _cluster.BecomeReady();

        Assert.Equal(RepackingMoveState.Moved, (await _cluster.UntilRepackedAsync()).Moves[0].State);
        Assert.Empty((await _cluster.ShowAsync("three")).There);
        Assert.Equal("two", Assert.Single(await _cluster.LiveAsync(app)).Host!.Value.Value);
    }

    private async Task<IReadOnlyList<FarHost>> JoinAsync(params string[] names)
    {
        var hosts = new List<FarHost>();
        foreach (var name in names)
            hosts.Add(await _cluster.JoinAsync(name, hosts.Count + 1));
        await _cluster.StartAsync();
        return hosts;
    }

    private Task PlanAsync(params RepackingMove[] moves) => PlanAsync(4, moves);

    private Task PlanAsync(int atOnce, params RepackingMove[] moves) => PlanAsync([.. moves.Select(m => m.From.Value).Distinct()], atOnce, moves);

    /// <summary>As if the scheduler had planned that.</summary>
    private async Task PlanAsync(string[] frees, int atOnce, params RepackingMove[] moves)
    {
        var plan = new Repacking { Objective = "fewest-hosts", AtOnce = atOnce, BeganAt = Host.Time.GetUtcNow(), Frees = [.. frees.Select(f => new HostId(f))], Moves = moves };
        Assert.NotNull(await Host.Get<IRepackingStore>().BeginAsync(plan, ControlHost.Token));
    }

    private static RepackingMove Move(Container container, string from, string to, int wave) =>
        new(container.Id, container.AppId.Value["ap-".Length..], container.Label, new HostId(from), new HostId(to), wave, "test");
}

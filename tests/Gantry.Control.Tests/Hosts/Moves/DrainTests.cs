using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

/// <summary>Hosts that are emptied while their apps serve.</summary>
public sealed class DrainTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();

    private ControlHost Host => _cluster.Host;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Host_Drained_HasNothingMore_AndIsRemovedWithoutForce()
    {
        var (one, two) = await TwoHostsAsync();
        var (app, other) = (await _cluster.RunOnAsync("one", 2), await _cluster.RunOnAsync("one", 1, "other-app"));

        var begun = await _cluster.DrainAsync("one");
        await _cluster.UntilDrainedAsync("one");

        Assert.Equal((3, true), (begun.Total, begun.Host.Cordoned));
        Assert.All([.. await _cluster.LiveAsync(app), .. await _cluster.LiveAsync(other)], c => Assert.Equal("two", c.Host!.Value.Value));
        Assert.Equal(3, two.Played.Started.Count);
        Assert.All(one.Played.Started, s => Assert.NotEqual(Agent.Runtime.RuntimeState.Running, one.Played.Find(s.Id)?.State));
        Assert.Equal(3, (await _cluster.ShowAsync("one")).Total);
        _cluster.AssertRoutes(app);
        _cluster.AssertRoutes(other);
        Assert.True((await Host.Get<IHostStore>().RemoveAsync(new HostId("one"), Host.Time.GetUtcNow(), force: false, ControlHost.Token)).IsSuccess);
    }

    [Theory]
    [InlineData("recorded")]
    [InlineData("started")]
    [InlineData("ready")]
    [InlineData("switched")]
    public async Task Control_KilledAfterAnyStep_GoesOnWithTheSameMove(string step)
    {
        var (_, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await _cluster.LiveAsync(app));
        var gate = new TaskCompletionSource();
        if (step == "recorded")
            two.Played.Gate = gate.Task;
        else
            _cluster.BecomeUnready();

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Replaces == old.Id && (c.StartedAt is not null || step == "recorded")), "the new container");
        await _cluster.RestartAsync(() =>
        {
            gate.SetResult();
            if (step != "recorded")
                _cluster.BecomeReady();
            if (step is "ready" or "switched")
                Host.Raw("UPDATE containers SET state = 'Running', ready_at = started_at WHERE replaces IS NOT NULL");
            if (step == "switched")
                Host.Raw($"UPDATE containers SET wanted = 0 WHERE id = '{old.Id}'");
        });
        await _cluster.UntilDrainedAsync("one");

        var live = Assert.Single(await _cluster.LiveAsync(app));
        Assert.Equal((old.Id, "two", ContainerState.Running), (live.Replaces, live.Host!.Value.Value, live.State));
        Assert.Single(two.Played.Started);
        _cluster.AssertRoutes(app, restarted: true);
    }

    [Fact]
    public async Task Container_WhoseSuccessorIsNotReady_ServesOn_AndIsTriedAgainLaterOnly()
    {
        var (_, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        var old = Assert.Single(await _cluster.LiveAsync(app));
        _cluster.BecomeUnready();

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "a try");
        await _cluster.PassAsync(61, "one", "two");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the end of the try");
        await _cluster.PassAsync(30, "one", "two");

        Assert.Single(two.Played.Started);
        var still = Assert.Single((await _cluster.ShowAsync("one")).There);
        Assert.Equal((old.Id, DepartureState.Cannot), (still.Container.Id, still.State));
        Assert.Contains("its successor did not become ready (1 tried): It did not accept connections", still.Why, StringComparison.Ordinal);
        Assert.Equal((true, ContainerState.Running), (still.Container.Wanted, still.Container.State));
        Assert.Contains(Host.Log.Of(app.Id), t => t.Contains("serves on where it is", StringComparison.Ordinal));
        Assert.DoesNotContain(Host.Log.Of(app.Id), t => t.Contains("is tried again", StringComparison.Ordinal));
        _cluster.AssertRoutes(app);

        _cluster.BecomeReady();
        await _cluster.PassAsync(31, "one", "two");
        await _cluster.UntilDrainedAsync("one");
        Assert.Equal(2, two.Played.Started.Count);
    }

    [Fact]
    public async Task Container_WithoutRoomElsewhere_StaysWithTheReason_AndMovesWhenRoomComes()
    {
        await _cluster.JoinAsync("one", 1);
        await _cluster.JoinAsync("two", 2, room: 1);
        await _cluster.StartAsync();
        var app = await _cluster.RunOnAsync("one", 2);

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.ShowAsync("one")).There is [{ State: DepartureState.Cannot }], "one that can't be moved");

        var shown = await _cluster.ShowAsync("one");
        Assert.Equal((2, "0 of 3 hosts: 2 cordoned, 1 lacks 512 MB of promisable memory"), (shown.Total, shown.There[0].Why));
        Assert.Equal(2, (await _cluster.LiveAsync(app)).Count(c => c.State == ContainerState.Running));
        await _cluster.SizeAsync("two", 2, room: 2);
        await _cluster.PassAsync(11, "one", "two");
        await _cluster.UntilDrainedAsync("one");
    }

    [Fact]
    public async Task Container_WithoutRoomElsewhere_KeepsNoSmallerOneOfItsAppBack()
    {
        await _cluster.JoinAsync("one", 1);
        await _cluster.JoinAsync("two", 2, room: 1);
        await _cluster.StartAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        await _cluster.OpenAsync("two", open: false);
        await Host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("web", 1, "L", "serve"), new ProcessFormation("worker", 1, "M", "work")], ControlHost.Token);
        Host.Get<IBus>().Publish(new AppChanged(app.Id));
        await _cluster.UntilAsync(
            async () => await _cluster.LiveAsync(app) is { Count: 2 } live && live.All(c => c.State == ContainerState.Running) && live.Any(c => c.Size == "L"), "a larger web and a worker");
        await _cluster.OpenAsync("two", open: true);

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.ShowAsync("one")).There is [{ State: DepartureState.Cannot, Container.Size: "L" }], "the larger one alone");

        Assert.Equal("two", (await _cluster.LiveAsync(app)).Single(c => c.Type == "worker").Host!.Value.Value);
    }

    [Fact]
    public async Task Target_ThatDiesMidway_LeavesTheOldOneServing_AndAnotherHostIsTried()
    {
        await TwoHostsAsync();
        var three = await _cluster.JoinAsync("three", 3);
        var app = await _cluster.RunOnAsync("one", 1);
        await _cluster.OpenAsync("two", open: false);
        _cluster.BecomeUnready();

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Host?.Value == "three" && c.StartedAt is not null), "the new container");
        three.FallSilent();
        await _cluster.PassAsync(16, "one", "two");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the end of the try");
        Assert.Equal(("one", ContainerState.Running), ((await _cluster.LiveAsync(app))[0].Host!.Value.Value, (await _cluster.LiveAsync(app))[0].State));
        Assert.Contains("stopped answering", (await _cluster.ShowAsync("one")).There[0].Why, StringComparison.Ordinal);

        _cluster.BecomeReady();
        await _cluster.OpenAsync("two", open: true);
        await _cluster.PassAsync(61, "one", "two");
        await _cluster.UntilDrainedAsync("one");
        Assert.Equal("two", Assert.Single(await _cluster.LiveAsync(app)).Host!.Value.Value);
        _cluster.AssertRoutes(app);
    }

    [Fact]
    public async Task Target_ThatDiesBeforeItStartsAnything_LeavesTheOldOneServing()
    {
        var (_, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        two.Played.Gate = new TaskCompletionSource().Task;

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Replaces is not null), "the new container");
        await _cluster.RestartAsync(two.FallSilent, "one");
        await _cluster.PassAsync(20, "one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the end of the try");

        Assert.Equal("one", (await _cluster.LiveAsync(app))[0].Host!.Value.Value);
        Assert.Contains("two, where it was to go, stopped answering.", (await _cluster.ShowAsync("one")).There[0].Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ThatDiesWhileItIsDrained_IsFollowedByTheOnesUnderWayAndNoOthers()
    {
        var (one, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        _cluster.BecomeUnready();

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Host?.Value == "two" && c.StartedAt is not null), "the new container");
        one.FallSilent();
        await _cluster.PassAsync(16, "two");
        _cluster.BecomeReady();
        await _cluster.UntilAsync(async () => await _cluster.LiveAsync(app) is [{ State: ContainerState.Running, Host: { Value: "two" } }], "the new one alone");

        Assert.Single(two.Played.Started);
    }

    [Fact]
    public async Task StartThatNeverEnds_IsGivenUpAfterTheTimeout()
    {
        var (_, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        two.Played.Failure = new Agent.Runtime.RuntimeException("The disk is full.", true);

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c.Replaces is not null), "the new container");
        Host.Time.Advance(TimeSpan.FromMinutes(10));
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the end of the try");

        Assert.Contains("two did not start it within 10 min.", (await _cluster.ShowAsync("one")).There[0].Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(10, 3, 3)]
    public async Task Moves_AtOnce_AreAtMostThoseAskedForAndOneOfEachApp(int atOnce, int apps, int underWay)
    {
        var (_, two) = await TwoHostsAsync();
        for (var i = 1; i <= apps; i++)
            await _cluster.RunOnAsync("one", 2, $"app-no-{i}");
        _cluster.BecomeUnready();

        await _cluster.DrainAsync("one", atOnce);
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == underWay), "the first moves");
        await _cluster.PassAsync(20, "one", "two");

        Assert.Equal(underWay, two.Played.Started.Count);
        var shown = await _cluster.ShowAsync("one");
        Assert.Equal(underWay, shown.There.Count(d => d.State == DepartureState.Moving));
        Assert.Contains(shown.There, d => d is { State: DepartureState.Waits, Why: "another container of the app moves first" });
        _cluster.BecomeReady();
        await _cluster.UntilDrainedAsync("one");
    }

    [Fact]
    public async Task OneOff_OnADrainedHost_IsLeftToItsEndAndSaysSo()
    {
        await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 1);
        await _cluster.OpenAsync("two", open: false);
        var oneOff = await Host.AddContainerAsync(app, ProcessTypes.OneOff, 7);
        Host.Get<IBus>().Publish(new ContainerChanged(oneOff.Id));
        await _cluster.UntilAsync(async () => (await Host.Containers.FindAsync(oneOff.Id, ControlHost.Token))!.State == ContainerState.Running, "the one-off");
        await _cluster.OpenAsync("two", open: true);

        await _cluster.DrainAsync("one");
        await _cluster.UntilAsync(async () => (await _cluster.ShowAsync("one")).There.Count == 1, "the one-off alone");

        var stays = Assert.Single((await _cluster.ShowAsync("one")).There);
        Assert.Equal((oneOff.Id, DepartureState.Cannot), (stays.Container.Id, stays.State));
        Assert.Contains("a one-off runs once", stays.Why, StringComparison.Ordinal);
        await Host.Containers.UpdateAsync(oneOff.Id, c => c with { Wanted = false }, ControlHost.Token);
        Host.Get<IBus>().Publish(new ContainerChanged(oneOff.Id));
        await _cluster.UntilDrainedAsync("one");
    }

    [Fact]
    public async Task Container_ThatCrashesOnADrainedHost_ComesElsewhere()
    {
        var (one, two) = await TwoHostsAsync();
        _cluster.BecomeUnready();
        await _cluster.OpenAsync("two", open: false);
        var app = await Host.AddAppAsync();
        Host.Get<IBus>().Publish(new AppChanged(app.Id));
        await _cluster.UntilAsync(async () => await _cluster.LiveAsync(app) is [{ StartedAt: not null }], "a container that boots");
        await _cluster.OpenAsync("two", open: true);
        Assert.Equal("it is not ready yet", (await _cluster.DrainAsync("one")).There[0].Why);

        one.Played.Exit(one.Played.Started.Single().Id, 1);
        await _cluster.UntilDrainedAsync("one");
        _cluster.BecomeReady();
        await _cluster.UntilAsync(async () => await _cluster.LiveAsync(app) is [{ State: ContainerState.Running }], "one container");

        Assert.Single(one.Played.Started);
        Assert.Single(two.Played.Started);
    }

    [Fact]
    public async Task Host_Uncordoned_KeepsWhatDidNotMoveYet()
    {
        var (_, two) = await TwoHostsAsync();
        var app = await _cluster.RunOnAsync("one", 2);
        _cluster.BecomeUnready();
        await _cluster.DrainAsync("one", 1);
        await _cluster.UntilAsync(() => Task.FromResult(two.Played.Started.Count == 1), "the first move");

        await _cluster.OpenAsync("one", open: true);
        _cluster.BecomeReady();
        await _cluster.UntilAsync(async () => await _cluster.LiveAsync(app) is { Count: 2 } live && live.All(c => c.State == ContainerState.Running), "the end of the first move");
        await _cluster.PassAsync(20, "one", "two");

        Assert.Equal(["one", "two"], (await _cluster.LiveAsync(app)).Select(c => c.Host!.Value.Value).Order());
        Assert.Equal(RefusalKind.Conflict, (await _cluster.Drains.ShowAsync(new HostId("one"), ControlHost.Token)).Refusal!.Kind);
    }

    [Fact]
    public async Task Drain_AskedForTwice_GoesOnWithTheOtherNumber()
    {
        await TwoHostsAsync();

        var first = await _cluster.DrainAsync("one", 2);
        Host.Time.Advance(TimeSpan.FromSeconds(1));
        var second = await _cluster.DrainAsync("one", 7);

        Assert.Equal((first.Host.Drain!.Since, 7), (second.Host.Drain!.Since, second.Host.Drain.AtOnce));
        Assert.Equal(7, (await _cluster.DrainAsync("one")).Host.Drain!.AtOnce);
        Assert.Equal("at_once", (await _cluster.Drains.DrainAsync(new HostId("one"), 0, ControlHost.Token)).Refusal!.Field);
        Assert.Equal(RefusalKind.NotFound, (await _cluster.Drains.DrainAsync(new HostId("none"), null, ControlHost.Token)).Refusal!.Kind);
    }

    private async Task<(FarHost One, FarHost Two)> TwoHostsAsync()
    {
        var (one, two) = (await _cluster.JoinAsync("one", 1), await _cluster.JoinAsync("two", 2));
        await _cluster.StartAsync();
        return (one, two);
    }
}

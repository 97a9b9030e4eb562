using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Scheduling.Model;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Hosts.Moves;

/// <summary>Hot hosts that are relieved by moves.</summary>
public sealed class ReliefTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();

    private ControlHost Host => _cluster.Host;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Host_ThatIsHot_IsRelievedByOneMove_AndThenLeftAlone()
    {
        var (app, other) = await TwoAppsOnOneAsync();

        await HeatUntilAsync([app, other], async () => await OnTwoAsync(app, other) == 1 && (await LiveAsync(app, other)).Count == 2);
        for (var i = 0; i < 8; i++)
            await HeatAsync([app, other]);

        Assert.Equal(1, await OnTwoAsync(app, other));
        var moved = (await LiveAsync(app, other)).Single(c => c.Host!.Value.Value == "two");
        Assert.Equal((moved.CreatedAt, true), (moved.MovedAt, moved.Placement!.Contains("it moves because one is ", StringComparison.Ordinal)));
        _cluster.AssertRoutes(app);
        _cluster.AssertRoutes(other);
    }

    [Fact]
    public async Task Relief_SwitchedOff_MovesNothing()
    {
        var (app, other) = await TwoAppsOnOneAsync();
        Host.Get<IOptions<SchedulingOptions>>().Value.Relief = false;

        await HeatUntilAsync([app, other], async () => (await Host.Get<IHostPlanner>().HotspotsAsync(ControlHost.Token)).Moves.Count > 0);
        await HeatAsync([app, other]);

        Assert.Equal(0, await OnTwoAsync(app, other));
    }

    [Fact]
    public async Task Moves_ToOrFromHostsWithOneUnderWay_AreNotBegun()
    {
        var (app, other) = await TwoAppsOnOneAsync();
        await _cluster.JoinAsync("three", 3);
        await Host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        _cluster.BecomeUnready();

        await ReliefAsync(await MoveAsync(app, "two"));
        await ReliefAsync(await MoveAsync(other, "three"));

        Assert.Equal(2, (await _cluster.LiveAsync(app)).Count);
        Assert.Single(await _cluster.LiveAsync(other));
    }

    [Fact]
    public async Task Moves_OfOnePass_AreAtMostThoseThatMayBeUnderWay()
    {
        var (app, other) = await TwoAppsOnOneAsync();
        Host.Get<IOptions<SchedulingOptions>>().Value.MovesAtOnce = 1;
        _cluster.BecomeUnready();

        await ReliefAsync(await MoveAsync(app, "two"), await MoveAsync(other, "two"));

        Assert.Equal(3, (await LiveAsync(app, other)).Count);
    }

    [Fact]
    public async Task Move_WithoutRoomOnItsTarget_IsNotBegun_AndTakesNoPlace()
    {
        await _cluster.JoinAsync("one", 1);
        await _cluster.JoinAsync("two", 2, room: 1);
        await _cluster.StartAsync();
        var (app, other) = (await _cluster.RunOnAsync("two", 1), await _cluster.RunOnAsync("one", 1, "other-app"));
        var there = Assert.Single(await _cluster.LiveAsync(app));

        await ReliefAsync(await MoveAsync(other, "two"));
        Assert.Single(await _cluster.LiveAsync(other));
        // A swap is begun whole or not at all: what would fit on one has no use alone.
        var (to, back) = (await MoveAsync(other, "two"), await MoveAsync(app, "one"));
        await ReliefAsync(back with { Swap = [to.ContainerId] }, to with { Swap = [back.ContainerId] });

        Assert.Equal(there.Id, Assert.Single(await _cluster.LiveAsync(app)).Id);
        Assert.Single(await _cluster.LiveAsync(other));
        Assert.Null(there.MovedAt);
        var one = (await Host.Get<IHostPlanner>().ListAsync(ControlHost.Token)).Single(h => h.Host.Id.Value == "one");
        Assert.Equal(1, one.Containers);
    }

    [Fact]
    public async Task Move_ThatFails_LeavesTheContainerAloneForAWhile()
    {
        var (app, _) = await TwoAppsOnOneAsync();
        _cluster.BecomeUnready();

        await ReliefAsync(await MoveAsync(app, "two"));
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Any(c => c is { Replaces: not null, StartedAt: not null }), "the new container");
        await _cluster.PassAsync(61, "one", "two");
        await _cluster.UntilAsync(async () => (await _cluster.LiveAsync(app)).Count == 1, "the end of the try");

        var snapshot = await Host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        var container = snapshot.Containers.Single(c => c.App == app.Name.Value);
        Assert.Equal(("one", true), (container.Host, container.Movable));
        Assert.InRange((snapshot.Now - container.MovedAt!.Value).TotalSeconds, 60, 120);
    }

    private async Task<(App App, App Other)> TwoAppsOnOneAsync()
    {
        await _cluster.JoinAsync("one", 1);
        await _cluster.JoinAsync("two", 2);
        await _cluster.StartAsync();
        return (await _cluster.RunOnAsync("one", 1), await _cluster.RunOnAsync("one", 1, "other-app"));
    }

    private Task ReliefAsync(params Move[] moves) => Host.Get<ReliefStep>().RunAsync(new Plan { Waves = [new MoveWave(moves, 1)] }, ControlHost.Token);

    private async Task<Move> MoveAsync(App app, string to)
    {
        var container = Assert.Single(await _cluster.LiveAsync(app));
        return new Move(container.Id.Value, container.Host!.Value.Value, to, $"{container.Host} is hot on cpu");
    }

    private async Task<IReadOnlyList<Container>> LiveAsync(App app, App other) => [.. await _cluster.LiveAsync(app), .. await _cluster.LiveAsync(other)];

    private async Task<int> OnTwoAsync(App app, App other) => (await LiveAsync(app, other)).Count(c => c.Host?.Value == "two");

    private async Task HeatUntilAsync(App[] apps, Func<Task<bool>> condition)
    {
        for (var i = 0; i < 30 && !await condition(); i++)
            await HeatAsync(apps);
        Assert.True(await condition());
    }

    /// <summary>Ten seconds in which each container uses 1.8 cores.</summary>
    private async Task HeatAsync(App[] apps)
    {
        var samples = new List<ContainerRates>();
        foreach (var app in apps)
            foreach (var c in (await _cluster.LiveAsync(app)).Where(c => c.StartedAt is not null))
                samples.Add(new ContainerRates(
                    new ContainerUsage(c.Id, Host.Time.GetUtcNow(), 0, 100 << 20, 100 << 20, 512 << 20, 0, 0, 0, 1), app.Id, c.Label, 180, 0, 0, 0, 0));
        Host.Metrics.Containers = samples;
        await _cluster.PassAsync(10, "one", "two");
    }
}

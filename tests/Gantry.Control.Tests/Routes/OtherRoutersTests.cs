using System.Net;
using System.Net.Sockets;
using Gantry.Agent.Runtime;
using Gantry.Conformance;
using Gantry.Control.Containers;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Routes;

/// <summary>Routers of several processes, between which no notification arrives: the records alone tell.</summary>
public sealed class OtherRoutersTests : IAsyncDisposable
{
    private readonly ControlHost _host = new(o => o.SeveralRouters = true);
    private readonly TcpListener _port = new(IPAddress.Loopback, 0);
    private long _beat;

    public ValueTask DisposeAsync()
    {
        _port.Dispose();
        return _host.DisposeAsync();
    }

    private IRouterStore Routers => _host.Get<IRouterStore>();

    private RouteFollower Follower => _host.Get<RouteFollower>();

    private LastRoutes Table => _host.Get<LastRoutes>();

    [Fact]
    public async Task Router_ShowsWhatAnotherProcessChanged_AndSaysHowFarItHasCome()
    {
        var (app, container) = await ServeAsync();
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal([container.Id], Targets());
        Assert.Equal(0, (await OwnAsync()).Change);

        // Behind the back of what this process has in memory.
        _host.Raw("UPDATE containers SET state = 'Stopping', wanted = 0");
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal([container.Id], Targets());
        var change = await Routers.AddChangeAsync(app.Id, ControlHost.Token);
        Table.Draining = [container.Id];
        await Follower.FollowAsync(ControlHost.Token);

        Assert.Empty(Targets());
        Assert.Equal(change, (await OwnAsync()).Change);
        Assert.Equal([container.Id], (await OwnAsync()).Draining);
    }

    [Fact]
    public async Task Router_ThatMissedMoreThanIsKept_ShowsAllAnew()
    {
        await ServeAsync();
        await Follower.FollowAsync(ControlHost.Token);
        _host.Raw("UPDATE containers SET state = 'Stopping', wanted = 0");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Routers.AddChangeAsync(new AppId($"ap-{i}"), ControlHost.Token)));
        _host.Raw("DELETE FROM route_changes WHERE number <= 2");
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Empty(Targets());
    }

    /// <summary>Of a router that is waited for only after its first table, a change in between would be lost.</summary>
    [Fact]
    public async Task Router_IsKnownToOthers_BeforeItReadsItsFirstTable()
    {
        await ServeAsync();
        var known = false;
        _host.Records.Broken = question =>
        {
            if (question.Name == nameof(IAppStore.ListAllAsync))
                known = Routers.ListReportsAsync(ControlHost.Token).Result.Count == 1;
            return false;
        };
        await Follower.FollowAsync(ControlHost.Token);
        Assert.True(known);
    }

    [Fact]
    public async Task Router_WithNothingNew_SaysSoEveryTwoSeconds_AndNotMoreOften()
    {
        await Follower.FollowAsync(ControlHost.Token);
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal(1, (await OwnAsync()).Beat);
        _host.Time.Advance(TimeSpan.FromSeconds(2));
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal(2, (await OwnAsync()).Beat);
        await Follower.LeaveAsync(ControlHost.Token);
        Assert.Empty(await Routers.ListReportsAsync(ControlHost.Token));
    }

    [Fact]
    public async Task Container_ThatIsReady_IsShown_ThoughNoNotificationSaysSo()
    {
        var id = await ListenAsync();
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Empty(Targets());

        await _host.StepAsync(id);
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal([id], Targets());
    }

    /// <summary>The database was killed between the commit and its answer, and the step that is tried again finds nothing left to do.</summary>
    [Fact]
    public async Task Container_ThatIsReady_IsShown_ThoughNobodyWasToldWhetherThatWasWritten()
    {
        var id = await ListenAsync();
        await Follower.FollowAsync(ControlHost.Token);
        _host.Records.Unanswered = question => question.Name.StartsWith("Update", StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(() => _host.StepAsync(id));
        _host.Records.Unanswered = _ => false;

        await _host.StepAsync(id);
        await Follower.FollowAsync(ControlHost.Token);
        Assert.Equal([id], Targets());
    }

    [Fact]
    public async Task Container_ThatAnotherRouterUses_IsNotStopped_UntilThatOneHasLeftIt()
    {
        var container = await EndAsync();
        await SayAsync(0);
        await PassAsync(container.Id, 4);
        Assert.True(IsRunning(container.Id));

        await SayAsync(1, container.Id);
        await PassAsync(container.Id, 4);
        Assert.True(IsRunning(container.Id));

        await SayAsync(1);
        await PassAsync(container.Id, 0.1);
        Assert.False(IsRunning(container.Id));
    }

    [Fact]
    public async Task Container_ThatAnotherRouterDoesNotLeave_IsStoppedAfterTheDrainTime()
    {
        var container = await EndAsync();
        for (var second = 0; second < 29; second++)
        {
            await SayAsync(1, container.Id);
            await PassAsync(container.Id, 1);
        }

        Assert.True(IsRunning(container.Id));
        await SayAsync(1, container.Id);
        await PassAsync(container.Id, 2);
        Assert.False(IsRunning(container.Id));
    }

    [Fact]
    public async Task Router_ThatIsSilent_IsNotWaitedForAfterThreeBeats()
    {
        var container = await EndAsync();
        await SayAsync(0);
        await PassAsync(container.Id, 5);
        Assert.True(IsRunning(container.Id));
        await PassAsync(container.Id, 2);
        Assert.False(IsRunning(container.Id));
        Assert.Empty(await Routers.ListReportsAsync(ControlHost.Token));
    }

    /// <summary>While the records are away nobody can beat.</summary>
    [Fact]
    public async Task Router_ThatNobodyLookedAt_IsNotSilent()
    {
        var container = await EndAsync();
        await SayAsync(0);
        await PassAsync(container.Id, 1);
        _host.Time.Advance(TimeSpan.FromSeconds(20));
        await PassAsync(container.Id, 5);
        Assert.True(IsRunning(container.Id));
    }

    [Fact]
    public async Task Worker_IsStoppedAtOnce_ForNoRouterUsesIt()
    {
        var container = await EndAsync("worker");
        await SayAsync(0);
        await PassAsync(container.Id, 0.1);
        Assert.False(IsRunning(container.Id));
    }

    [Fact]
    public async Task Change_IsSettled_WhenAllRoutersHaveIt()
    {
        var (app, _) = await ServeAsync();
        await SayAsync(0);
        var settled = _host.Get<OtherRouters>().SettleAsync(app.Id, ControlHost.Token);
        await Until.TrueAsync(async () => (await Routers.ListChangesAsync(0, ControlHost.Token)).Last == 1, "the change is told");
        await SayAsync(0);
        var looks = 0;
        _host.Records.Broken = question =>
        {
            looks += question.Name == nameof(IRouterStore.ListReportsAsync) ? 1 : 0;
            return false;
        };
        await UntilAsync(() => looks > 5, "the leader has looked a few times");
        Assert.False(settled.IsCompleted);
        Assert.NotEmpty(Targets());

        await SayAsync(1);
        await UntilAsync(() => settled.IsCompleted, "the change is settled");
        await settled;
    }

    /// <summary>A container that is ready, which nobody knows yet.</summary>
    private async Task<ContainerId> ListenAsync()
    {
        var app = await _host.AddAppAsync();
        var (id, now) = ((await _host.AddContainerAsync(app)).Id, _host.Time.GetUtcNow());
        _port.Start();
        await _host.Runtime.StartAsync(PlayedRuntime.AnySpec(id.Value), ControlHost.Token);
        await _host.Containers.UpdateAsync(id, c => c with { StartedAt = now, Address = "127.0.0.1", Port = ((IPEndPoint)_port.LocalEndpoint).Port }, ControlHost.Token);
        return id;
    }

    private ContainerId[] Targets() => [.. Table.Table.Hosts.Values.Single().Targets.Select(t => t.ContainerId)];

    private bool IsRunning(ContainerId id) => _host.Runtime.Find(id)!.State == RuntimeState.Running;

    private async Task<RouterReport> OwnAsync() => (await Routers.ListReportsAsync(ControlHost.Token)).Single(r => r.Router == Follower.Name);

    /// <summary>A word of the router of another process.</summary>
    private Task SayAsync(long change, params ContainerId[] draining) =>
        Routers.ReportAsync(new RouterReport("another", change, ++_beat, draining.ToHashSet()), ControlHost.Token);

    /// <summary>A container that runs and shall run no more.</summary>
    private async Task<Container> EndAsync(string type = "web")
    {
        var (_, container) = await ServeAsync(type);
        await _host.Runtime.StartAsync(PlayedRuntime.AnySpec(container.Id.Value), ControlHost.Token);
        return (await _host.Containers.UpdateAsync(container.Id, c => c with { Wanted = false }, ControlHost.Token))!;
    }

    private async Task<(App App, Container Container)> ServeAsync(string type = "web")
    {
        var app = await _host.AddAppAsync();
        var (container, now) = (await _host.AddContainerAsync(app, type), _host.Time.GetUtcNow());
        _host.Get<RuntimeObserver>().Report(new ContainerStatus(container.Id, RuntimeState.Running, "127.0.0.1", now, null, null, false, null));
        container = await _host.Containers.UpdateAsync(
            container.Id, c => c with { State = ContainerState.Running, StartedAt = now, ReadyAt = now, Address = "127.0.0.1", Port = 5000 }, ControlHost.Token);
        return (app, container!);
    }

    /// <summary>Time goes by while the stop is looked at, as its loop does.</summary>
    private async Task PassAsync(ContainerId id, double seconds)
    {
        for (var tenth = 0; tenth < seconds * 10 && IsRunning(id); tenth++)
        {
            await _host.Get<ContainerReconciler>().ReconcileAsync(id, ControlHost.Token);
            _host.Time.Advance(TimeSpan.FromSeconds(0.1));
        }
    }

    /// <summary>The clock goes on a little with each look.</summary>
    private Task UntilAsync(Func<bool> condition, string what) => Until.TrueAsync(
        () =>
        {
            _host.Time.Advance(TimeSpan.FromSeconds(0.05));
            return condition();
        },
        what);
}

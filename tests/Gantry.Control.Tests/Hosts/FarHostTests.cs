using System.Net;
using System.Net.Sockets;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Routes;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Hosts;
using Gantry.Router;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>A cluster of played hosts: what Control does when one of them falls silent, comes back or was restarted.</summary>
public sealed class FarHostTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task App_OfTwoContainers_IsOnTwoHosts_AndEachKnowsTheOther()
    {
        var (one, two, app) = await OnTwoHostsAsync();

        Assert.Empty(_host.Runtime.Started);
        Assert.Equal(2, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Select(c => c.Host).Distinct().Count());
        Assert.Equal(["10.192.32.0/20"], one.Met.Select(m => m.Subnet));
        Assert.Equal(["127.0.1.1"], two.Met.Select(m => m.Address));
        Assert.Equal(2, _host.Far.Met.Count);
        Assert.NotEmpty(one.Routers);
        Assert.Null(one.Overlay);
    }

    [Fact]
    public async Task Hosts_WithAnOverlay_AreToldWhoIsInIt_AndSoIsThisOne()
    {
        var options = _host.Get<IOptions<RemoteHostOptions>>().Value;
        (options.Overlay, options.OverlayId) = (OverlayKind.Vxlan, 48);
        var (one, two, _) = await OnTwoHostsAsync();
        await Until.TrueAsync(() => one.Overlay?.Members.Count > 1 && two.Overlay?.Members.Count > 1, "both hosts are told");

        Assert.Equal((48, 4789, "127.0.1.1"), (one.Overlay!.Id, one.Overlay.Port, one.Overlay.Local));
        Assert.Equal("127.0.2.1", two.Overlay!.Local);
        Assert.Contains(_host.Far.Overlay!.Local, one.Routers);
        Assert.Equal([.. one.Routers.Append("127.0.1.1").Append("127.0.2.1").Distinct().Order(StringComparer.Ordinal)], one.Overlay.Members);
        Assert.Equal(one.Overlay.Members, _host.Far.Overlay!.Members);
    }

    [Fact]
    public async Task Host_ThatFallsSilent_KeepsWhatItHasUntilItIsLost_AndThenItComesElsewhere()
    {
        var (one, two, app) = await OnTwoHostsAsync();

        one.FallSilent();
        await PassAsync(6, "two");
        await UntilAsync("one", HostPresence.Suspected);
        Assert.Equal(2, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count(c => c.StoppedAt is null && c.StartedAt is not null));
        Assert.Single(two.Played.Started);

        await PassAsync(10, "two");
        await UntilAsync("one", HostPresence.Lost);
        await UntilStartedAsync(two, 2);

        var live = await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token);
        Assert.All(live, c => Assert.Equal("two", c.Host!.Value.Value));
        Assert.All(live, c => Assert.Equal(0, c.Crashes));
        Assert.Contains(_host.Log.Of(app.Id), t => t.Contains("Its host stopped answering.", StringComparison.Ordinal));
    }

    /// <summary>A call that is under way when its host dies would hold its container for as long as connections are tried.</summary>
    [Fact]
    public async Task Container_WhoseHostHangsInACall_ComesElsewhereAsSoonAsTheHostIsLost()
    {
        var (one, two, app) = await OnTwoHostsAsync();
        one.Hang();
        await _host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = 10_000_000 }, ControlHost.Token);
        _host.Get<IBus>().Publish(new ContainerChanged(one.Played.Started.Single().Id));
        await Until.TrueAsync(() => one.Played.Bandwidths.Any(b => b.BitsPerSecond == 10_000_000), "the call is under way");

        await PassAsync(16, "two");
        await UntilAsync("one", HostPresence.Lost);
        var lost = _host.Time.GetUtcNow();
        await UntilStartedAsync(two, 2);
        Assert.InRange((_host.Time.GetUtcNow() - lost).TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Levels_OfAllHosts_AreTheirOwnWords_AndNoneOfOneThatFallsSilent()
    {
        var (one, two, _) = await OnTwoHostsAsync();
        var levels = _host.Get<IClusterLevels>();
        var here = _host.Get<LocalHost>().Id;

        var all = new[] { await levels.ReadAsync(here, ControlHost.Token), await levels.ReadAsync(new HostId("one"), ControlHost.Token), await levels.ReadAsync(new HostId("two"), ControlHost.Token) };
        one.FallSilent();
        var silent = await levels.ReadAsync(new HostId("one"), ControlHost.Token);
        await PassAsync(16, "two");
        await UntilAsync("one", HostPresence.Lost);

        Assert.Equal([0.25, 0.5, 0.5], all.Select(l => l?.Load));
        Assert.Null(silent);
        Assert.Null(await levels.ReadAsync(new HostId("one"), ControlHost.Token));
        Assert.Null(await levels.ReadAsync(new HostId("no-such"), ControlHost.Token));
        Assert.Equal(two.Levels, await levels.ReadAsync(new HostId("two"), ControlHost.Token));
    }

    [Fact]
    public async Task Host_ThatIsLostDuringARollout_FailsNoDeployment()
    {
        var (one, app) = await OnOneHostAsync();
        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, "im-" + app.Name));
        await UntilStartedAsync(one, 2);
        var two = await JoinAsync("two", 2);
        await UntilAsync("two", HostPresence.Ready);

        one.FallSilent();
        await PassAsync(16, "two");
        await UntilAsync("one", HostPresence.Lost);
        await Until.TrueAsync(() => Tick() && two.Played.Started.Count == 2, "both containers on the other host");
        using var port = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        port.Start();

        await Until.TrueAsync(async () => Tick() && (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status.IsFinished(), "the end of the deployment");
        Assert.Equal(DeploymentStatus.Success, (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status);
    }

    [Fact]
    public async Task Host_ThatComesBack_StopsWhatWasMovedBeforeItIsUsedAgain()
    {
        var (one, two, app) = await OnTwoHostsAsync();
        var moved = one.Played.Started.Single().Id;
        one.FallSilent();
        await PassAsync(16, "two");
        await UntilStartedAsync(two, 2);
        Assert.Equal(RuntimeState.Running, one.Played.Find(moved)!.State);

        one.ComeBack();
        await UntilAsync("one", HostPresence.Ready);

        Assert.DoesNotContain(moved, one.Kept[^1]);
        Assert.NotEqual(RuntimeState.Running, one.Played.Find(moved)?.State);
        Assert.Equal(2, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count);
    }

    [Fact]
    public async Task Host_ThatWasRestarted_GetsItsContainersAgain()
    {
        var (one, app) = await OnOneHostAsync();

        one.Reboot();
        await UntilStartedAsync(one, 2);

        var live = await _host.OnlyLiveAsync(app);
        Assert.Equal((0, "one"), (live.Crashes, live.Host!.Value.Value));
    }

    [Fact]
    public async Task Control_ThatIsRestarted_EndsNothingOfAHostItHasNotHeardYet()
    {
        var (one, app) = await OnOneHostAsync();
        var before = await _host.OnlyLiveAsync(app);
        await _host.StopAsync();

        one.FallSilent();
        await _host.StartAgainAsync();
        await UntilAsync("one", HostPresence.Unknown);
        _host.Get<IBus>().Publish(new ContainerChanged(before.Id));
        await PassAsync(8);
        Assert.Equal(before.Id, (await _host.OnlyLiveAsync(app)).Id);

        one.ComeBack();
        await UntilAsync("one", HostPresence.Ready);
        // A process that does not lead yet says nothing to hosts.
        await Until.TrueAsync(() => one.Kept[^1].Contains(before.Id), "the host is told to keep it");
        Assert.Single(one.Played.Started);
        Assert.Equal(before.Id, (await _host.OnlyLiveAsync(app)).Id);
    }

    [Fact]
    public async Task Control_ThatIsRestarted_PublishesNoRouteAndRefusesNobodyBeforeItHasHeardTheHosts()
    {
        var (one, app) = await OnOneHostAsync();
        var before = await _host.OnlyLiveAsync(app);
        await _host.Containers.UpdateAsync(before.Id, c => c with { State = ContainerState.Running, ReadyAt = _host.Time.GetUtcNow() }, ControlHost.Token);
        await _host.StopAsync();
        one.FallSilent();
        await _host.StartAgainAsync();
        await UntilAsync("one", HostPresence.Unknown);
        await _host.Get<RoutePublisher>().PublishAsync(ControlHost.Token);
        var late = await _host.AddContainerAsync(app, index: 2);
        _host.Get<IBus>().Publish(new ContainerChanged(late.Id));
        await PassAsync(8);

        Assert.Same(RouteTableModel.Empty, _host.Get<LastRoutes>().Table);
        Assert.Null((await _host.Containers.FindAsync(late.Id, ControlHost.Token))!.Placement);

        one.ComeBack();
        await Until.TrueAsync(() => Tick() && _host.Get<LastRoutes>().Table.Hosts.Count == 1, "the first routes");
        Assert.Equal([before.Id], _host.Get<LastRoutes>().Table.Hosts.Values.Single().Targets.Select(t => t.ContainerId));
    }

    [Fact]
    public async Task Control_ThatIsRestarted_GivesAHostUpThatStaysAway_AndPublishesItsRoutes()
    {
        var (one, app) = await OnOneHostAsync();
        var before = await _host.OnlyLiveAsync(app);
        await _host.Containers.UpdateAsync(before.Id, c => c with { State = ContainerState.Running, ReadyAt = _host.Time.GetUtcNow() }, ControlHost.Token);
        await _host.StopAsync();

        one.FallSilent();
        await _host.StartAgainAsync();
        await UntilAsync("one", HostPresence.Lost);

        await Until.TrueAsync(() => Tick() && _host.Get<LastRoutes>().Table.Hosts.Count == 1, "the first routes");
        Assert.Empty(_host.Get<LastRoutes>().Table.Hosts.Values.Single().Targets);
    }

    [Fact]
    public async Task Control_ThatStoodStillForLong_GivesNoHostUp()
    {
        var (one, app) = await OnOneHostAsync();

        one.FallSilent();
        _host.Time.Advance(TimeSpan.FromSeconds(40));
        await PassAsync(3);
        var back = _host.Time.GetUtcNow();
        one.ComeBack();
        await Until.TrueAsync(() => Tick() && _host.Get<HostSessions>().Find(new HostId("one"))!.Sighting!.At > back, "it is heard again");

        Assert.Equal(HostPresence.Ready, _host.Get<HostSessions>().Find(new HostId("one"))!.Presence);
        Assert.Single(one.Played.Started);
        Assert.Equal(one.Played.Started.Single().Id, (await _host.OnlyLiveAsync(app)).Id);
    }

    [Fact]
    public async Task NewContainers_AsATermBegins_AreNotAllOnTheHostThatIsHeardFirst()
    {
        var (one, two, _) = await ScaledWhileNobodyLedAsync(webs: 6);
        await PassAsync(2, "one");
        Assert.Single(one.Played.Started);

        two.ComeBack();
        await UntilStartedAsync(two, 3);
        await UntilStartedAsync(one, 3);
    }

    [Fact]
    public async Task NewContainers_AsATermBegins_WaitForAHostThatIsAwayOnlyUntilItWouldBeSuspected()
    {
        var (one, two, app) = await ScaledWhileNobodyLedAsync(webs: 6);

        await UntilStartedAsync(one, 5);

        Assert.Equal(HostPresence.Unknown, _host.Get<HostSessions>().PresenceOf(new HostId("two")));
        Assert.Single(two.Played.Started);
        Assert.Equal(6, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count);
    }

    [Fact]
    public async Task Session_ThatDiesOfSomethingUnexpected_EndsTheLoopAndSoTheProcess()
    {
        var one = await JoinAsync("one", 1);
        one.Failure = new InvalidDataException("nobody thought of this");
        await _host.StartAsync();

        await Until.TrueAsync(() => _host.FailedLoops.Any(e => e.ToString().Contains("nobody thought of this", StringComparison.Ordinal)), "a loop ends with the failure");
    }

    [Fact]
    public async Task Container_WhoseHostIsRemoved_ComesElsewhere()
    {
        var (one, two, app) = await OnTwoHostsAsync();

        Assert.True((await _host.Get<IHostStore>().RemoveAsync(new HostId("one"), _host.Time.GetUtcNow(), force: true, ControlHost.Token)).IsSuccess);

        await UntilStartedAsync(two, 2);
        Assert.All(await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token), c => Assert.Equal("two", c.Host!.Value.Value));
    }

    [Fact]
    public async Task Host_ToWhichNoWayLeads_KeepsNoOtherFromBeingLookedAfter()
    {
        // No socket may be connected there.
        await JoinAsync("nowhere", 3, "255.255.255.255:7444");
        var one = await JoinAsync("one", 1);

        await StartAsync();

        await Until.TrueAsync(() => one.Routers.Count > 0, "the other host was told its neighbours");
        Assert.Empty(_host.FailedLoops);
    }

    /// <summary>An app of two containers, one on each.</summary>
    private async Task<(FarHost One, FarHost Two, App App)> OnTwoHostsAsync()
    {
        var (one, two) = (await JoinAsync("one", 1), await JoinAsync("two", 2));
        var app = await StartWithAsync(webs: 2);
        await UntilStartedAsync(one, 1);
        await UntilStartedAsync(two, 1);
        return (one, two, app);
    }

    /// <summary>A term has begun, one of two hosts is heard, and there are containers to place.</summary>
    private async Task<(FarHost One, FarHost Two, App App)> ScaledWhileNobodyLedAsync(int webs)
    {
        var (one, two, app) = await OnTwoHostsAsync();
        _host.Leases.Lose();
        await Until.TrueAsync(() => Tick() && !_host.Leases.IsHeld, "the lease is given up");
        two.FallSilent();
        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("web", webs, "M", "serve")], ControlHost.Token);
        _host.Leases.GiveBack();
        await Until.TrueAsync(() => Tick() && _host.Leases.IsHeld, "a term has begun");
        await UntilAsync("one", HostPresence.Ready);
        await Until.TrueAsync(async () => Tick() && (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count == webs, "the new containers");
        return (one, two, app);
    }

    private async Task<(FarHost One, App App)> OnOneHostAsync()
    {
        var one = await JoinAsync("one", 1);
        var app = await StartWithAsync(webs: 1);
        await UntilStartedAsync(one, 1);
        return (one, app);
    }

    private async Task<App> StartWithAsync(int webs)
    {
        await CordonHereAsync();
        await StartAsync();
        var app = await _host.AddAppAsync(webs: webs);
        _host.Get<IBus>().Publish(new Missed(0));
        return app;
    }

    private async Task<FarHost> JoinAsync(string id, int number, string? address = null)
    {
        address ??= $"127.0.{number}.1:7444";
        var far = _host.Far.Add(address);
        await _host.Get<IHostStore>().RegisterAsync(
            Samples.Host() with
            {
                Id = new HostId(id), Name = id, Class = "", Zone = "", Cordoned = false, Drain = null, Address = address, Subnet = $"10.192.{number * 16}.0/20",
                Capacity = new Dictionary<string, long> { ["cpu"] = 4000, ["memory"] = 8L << 30 },
            },
            ControlHost.Token);
        return far;
    }

    /// <summary>Control's own machine is a host too; here it takes nothing.</summary>
    private async Task CordonHereAsync()
    {
        await _host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        await _host.Get<IHostStore>().UpdateAsync(new HostId("host-1"), h => h with { Cordoned = true }, ControlHost.Token);
    }

    private async Task StartAsync()
    {
        await _host.StartAsync();
        await Until.TrueAsync(() => _host.Get<HostSessions>().All.All(s => s.Presence == HostPresence.Ready), "all hosts are ready");
    }

    /// <summary>Time passes while some hosts are heard.</summary>
    private async Task PassAsync(double seconds, params string[] heard)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.5)
        {
            _host.Time.Advance(TimeSpan.FromSeconds(0.5));
            await Until.TrueAsync(() => heard.All(h => _host.Get<HostSessions>().Find(new HostId(h))!.Sighting!.At == _host.Time.GetUtcNow()), "the other hosts are heard");
        }
    }

    private Task UntilAsync(string host, HostPresence presence) =>
        Until.TrueAsync(() => Tick() && _host.Get<HostSessions>().Find(new HostId(host))?.Presence == presence, $"{host} is {presence}");

    /// <summary>On the host, and in the records.</summary>
    private Task UntilStartedAsync(FarHost far, int count) => Until.TrueAsync(
        async () => Tick() && far.Played.Started.Count == count
            && (await _host.Containers.FindAsync(far.Played.Started.Last().Id, ControlHost.Token))?.StartedAt is not null,
        $"a host that has started {count} containers");

    /// <summary>Loops wait on the played clock: it goes on a little with each look.</summary>
    private bool Tick()
    {
        _host.Time.Advance(TimeSpan.FromMilliseconds(20));
        return true;
    }
}

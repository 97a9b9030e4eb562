using Gantry.Bus;
using Gantry.Conformance.Records;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Leading;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Leading;

/// <summary>A process that leads, loses the lease, stands by, and leads again.</summary>
public sealed class TermTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Leader_WhoseLeaseIsLost_ChangesNothing_UntilItLeadsAgain()
    {
        var app = await StartAsync();
        var first = _host.Get<Leadership>().Term!.Number;
        _host.Leases.Lose();
        await Until.TrueAsync(() => !_host.Leases.IsHeld, "the lease is given up, all loops have ended");

        await ScaleAsync(app, 2);
        // As every standby does: it looks on, and may be told of changes.
        await UntilHereIsKnownAsync();
        Assert.Single(await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token));
        Assert.Null(_host.Get<Leadership>().Term);

        _host.Leases.GiveBack();
        await UntilStartedAsync(2);
        Assert.True(_host.Get<Leadership>().Term!.Number > first);
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Leader_WhoDoesNotKnowYetThatAnotherHasBegun_WritesNothing_AndBeginsAnew()
    {
        var app = await StartAsync();
        var first = _host.Get<Leadership>().Term!;
        var others = await _host.Get<ITermStore>().BeginAsync("another process", first.Number + 100, _host.Time.GetUtcNow(), ControlHost.Token);
        Assert.False(first.Ended.IsCancellationRequested);

        await ScaleAsync(app, 2);
        await Until.TrueAsync(() => first.Ended.IsCancellationRequested, "the first write of the loops ends their term");
        await UntilStartedAsync(2);

        // It still has the lease, so nobody else may lead.
        Assert.True(_host.Get<Leadership>().Term!.Number > others.Number);
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Leader_ThatDoesNotReachTheRecords_MakesRoomWhenAnotherDoes_AndNotBefore()
    {
        await StartAsync();
        var first = _host.Get<Leadership>().Term!;
        _host.Terms.AreAway = true;
        await UntilLookedAsync();
        Assert.False(first.Ended.IsCancellationRequested);

        await using (await _host.Leases.TryAcquireAsync("control-next", ControlHost.Token))
        {
            await Until.TrueAsync(() => Tick() && !_host.Leases.IsHeld, "the lease is there for the other process");
            Assert.True(first.Ended.IsCancellationRequested);
            await UntilLookedAsync();
            Assert.False(_host.Leases.IsHeld);
        }

        _host.Terms.AreAway = false;
        await Until.TrueAsync(() => Tick() && _host.Get<Leadership>().Term is not null, "it leads again");
        Assert.True(_host.Get<Leadership>().Term!.Number > first.Number);
        Assert.Empty(_host.FailedLoops);
    }

    [Fact]
    public async Task Leader_ThatReachesTheRecords_LeadsOn_WhoeverElseDoes()
    {
        await StartAsync();
        var first = _host.Get<Leadership>().Term!;
        await using var other = await _host.Leases.TryAcquireAsync("control-next", ControlHost.Token);
        Assert.NotNull(other);

        await UntilLookedAsync();

        Assert.False(first.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Standby_OffersItself_AsLongAsItReachesTheRecords()
    {
        await StartAsync();
        _host.Leases.Lose();
        await Until.TrueAsync(() => !_host.Leases.IsHeld, "the lease is given up");
        _host.Leases.GiveBack("control-next");
        await Until.TrueAsync(() => Tick() && _host.Leases.IsHeldHere("control-next"), "the offer");

        _host.Terms.AreAway = true;
        await Until.TrueAsync(() => Tick() && !_host.Leases.IsHeldHere("control-next"), "the end of the offer");
        _host.Terms.AreAway = false;
        await Until.TrueAsync(() => Tick() && _host.Leases.IsHeldHere("control-next"), "the offer again");

        _host.Leases.GiveBack();
        await Until.TrueAsync(() => Tick() && _host.Get<Leadership>().Term is not null, "it leads");
        Assert.False(_host.Leases.IsHeldHere("control-next"));
    }

    /// <summary>The records of a backup know less than the hosts, which have heard of every term up to the loss.</summary>
    [Fact]
    public async Task Term_OnRecordsOfABackup_IsLaterThanAllThatHostsHeardOf()
    {
        await StartAsync();
        _host.Leases.Lose();
        await Until.TrueAsync(() => !_host.Leases.IsHeld, "the lease is given up");
        _host.Time.Advance(TimeSpan.FromDays(1));
        var lastBeforeTheLoss = await _host.Get<ITermStore>().BeginAsync("another process", _host.Time.GetUtcNow().UtcTicks, _host.Time.GetUtcNow(), ControlHost.Token);
        _host.Raw("UPDATE leader_terms SET number = 1");
        _host.Time.Advance(TimeSpan.FromSeconds(10));

        _host.Leases.GiveBack();
        await Until.TrueAsync(() => Tick() && _host.Get<Leadership>().Term is not null, "it leads again");
        Assert.True(_host.Get<Leadership>().Term!.Number > lastBeforeTheLoss.Number);
    }

    [Fact]
    public async Task Standby_ListensToHosts_AndTellsThemNothing()
    {
        var far = _host.Far.Add("127.0.1.1:7444");
        await _host.Get<IHostStore>().RegisterAsync(
            Samples.Host() with { Id = new HostId("one"), Name = "one", Cordoned = false, Address = "127.0.1.1:7444", Subnet = "10.192.16.0/20" }, ControlHost.Token);
        await _host.StartAsync();
        await UntilAsync(HostPresence.Ready);
        await Until.TrueAsync(() => Tick() && far.Met.Count == 0 && far.Routers.Count > 0, "the host was told who its neighbours are");
        var told = far.Kept.Count;

        _host.Leases.Lose();
        await Until.TrueAsync(() => !_host.Leases.IsHeld, "the lease is given up");
        await UntilAsync(HostPresence.Ready);
        await far.Played.StartAsync(PlayedRuntime.AnySpec("stray"), ControlHost.Token);
        await Until.TrueAsync(() => Tick() && _host.Get<HostSessions>().Find(new HostId("one"))!.StatusOf(new ContainerId("stray")) is not null, "what runs there is seen");
        Assert.Equal(told, far.Kept.Count);

        _host.Leases.GiveBack();
        await Until.TrueAsync(() => Tick() && far.Kept.Count > told && far.Played.Find(new ContainerId("stray")) is null, "the leader says what is wanted there");
        await UntilAsync(HostPresence.Ready);
    }

    private async Task<App> StartAsync()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await UntilStartedAsync(1);
        return app;
    }

    private async Task ScaleAsync(App app, int webs)
    {
        await _host.Apps.SetFormationAsync(app.Id, [new ProcessFormation("web", webs, "M", "serve")], ControlHost.Token);
        _host.Get<IBus>().Publish(new AppChanged(app.Id));
    }

    private Task UntilStartedAsync(int count) => Until.TrueAsync(
        async () => Tick() && _host.Runtime.Started.Count == count
            && (await _host.Containers.FindAsync(_host.Runtime.Started.Last().Id, ControlHost.Token))?.StartedAt is not null,
        $"{count} started containers");

    /// <summary>The resynchronisations of loops that would still run have come.</summary>
    private async Task UntilHereIsKnownAsync()
    {
        var name = $"looked-at-{Guid.NewGuid():N}"[..20];
        for (var i = 0; i < 30; i++)
            _host.Time.Advance(TimeSpan.FromSeconds(1));
        await _host.AddAppAsync(name, webs: 0);
        _host.Get<IBus>().Publish(new Missed(0));
        await Until.TrueAsync(() => _host.Get<LastRoutes>().Table.Hosts.Values.Any(r => r.AppName == name), "the routes are looked at, as in every process");
    }

    /// <summary>So often, a second or half a one apart, that more than ten seconds have passed on the played clock.</summary>
    private async Task UntilLookedAsync()
    {
        var looks = 0;
        _host.Terms.Broken = _ => Interlocked.Increment(ref looks) < 0;
        await Until.TrueAsync(() => Tick(250) && looks > 25, "it looks whether the records answer");
    }

    private Task UntilAsync(HostPresence presence) =>
        Until.TrueAsync(() => Tick() && _host.Get<HostSessions>().Find(new HostId("one"))?.Presence == presence, $"the host is {presence}");

    /// <summary>Loops wait on the played clock: it goes on a little with each look.</summary>
    private bool Tick(int milliseconds = 20)
    {
        _host.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }
}

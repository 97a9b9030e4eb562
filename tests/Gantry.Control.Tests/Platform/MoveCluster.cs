using System.Net;
using System.Net.Sockets;
using Gantry.Bus;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Moves;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Platform;

/// <summary>Played hosts with all loops of Control, and a port that says whether web containers become ready.</summary>
internal sealed class MoveCluster : IAsyncDisposable
{
    private const long BytesOfRoom = (512L << 20) / 4;

    private readonly int _port = FreePort.Take();
    private TcpListener? _listener;

    public MoveCluster()
    {
        Host = new ControlHost(o => o.ContainerPort = _port);
        BecomeReady();
    }

    public ControlHost Host { get; }

    public IHostDrains Drains => Host.Get<IHostDrains>();

    public IRepackings Repackings => Host.Get<IRepackings>();

    /// <summary>From now on a web container that was started is ready; or none is any more.</summary>
    public void BecomeReady() => (_listener = new TcpListener(IPAddress.Loopback, _port)).Start();

    public void BecomeUnready() => _listener?.Dispose();

    /// <param name="room">Containers of size M that it may promise.</param>
    public async Task<FarHost> JoinAsync(string id, int number, int room = 16)
    {
        var far = Host.Far.Add($"127.0.{number}.1:7444");
        await SizeAsync(id, number, room);
        return far;
    }

    /// <summary>The machine has so much room from now on.</summary>
    public Task SizeAsync(string id, int number, int room) => Host.Get<IHostStore>().RegisterAsync(
        Samples.Host() with
        {
            Id = new HostId(id), Name = id, Class = "", Zone = "", Cordoned = false, Drain = null, Address = $"127.0.{number}.1:7444", Subnet = $"10.192.{number * 16}.0/20",
            Capacity = new Dictionary<string, long> { ["cpu"] = 4000, ["memory"] = room * BytesOfRoom + 1000 },
        },
        ControlHost.Token);

    /// <summary>All loops run, and Control's own machine takes nothing.</summary>
    public async Task StartAsync()
    {
        await Host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        await Host.Get<IHostStore>().UpdateAsync(new HostId("host-1"), h => h with { Cordoned = true }, ControlHost.Token);
        await Host.StartAsync();
        await HeardAsync();
    }

    /// <summary>What happens while Control is away comes between.</summary>
    /// <param name="heard">Hosts that are heard again; all when none is named.</param>
    public async Task RestartAsync(Action meanwhile, params string[] heard)
    {
        await Host.StopAsync();
        meanwhile();
        await Host.StartAgainAsync();
        await HeardAsync(heard);
    }

    public Task OpenAsync(string id, bool open) =>
        Host.Get<IHostPlanner>().ChangeAsync(new HostId(id), h => h with { Cordoned = !open, Drain = open ? null : h.Drain }, ControlHost.Token);

    /// <summary>An app whose containers are all on that host; other hosts are open again afterwards.</summary>
    public async Task<App> RunOnAsync(string host, int webs, string name = "my-app-1")
    {
        var others = (await Host.Get<IHostStore>().ListAsync(ControlHost.Token)).Where(h => h.Id.Value != host && h.Address is not null).ToList();
        foreach (var other in others)
            await OpenAsync(other.Id.Value, open: false);
        var app = await Host.AddAppAsync(name, webs);
        Host.Get<IBus>().Publish(new AppChanged(app.Id));
        await UntilAsync(async () => (await LiveAsync(app)).Count(c => c.State == ContainerState.Running && c.Host?.Value == host) == webs, $"{webs} containers on {host}");
        foreach (var other in others)
            await OpenAsync(other.Id.Value, open: true);
        return app;
    }

    public async Task<IReadOnlyList<Container>> LiveAsync(App app) => await Host.Containers.ListLiveAsync(app.Id, ControlHost.Token);

    public async Task<DrainView> DrainAsync(string host, int? atOnce = null) => (await Drains.DrainAsync(new HostId(host), atOnce, ControlHost.Token)).Value;

    public async Task<DrainView> ShowAsync(string host) => (await Drains.ShowAsync(new HostId(host), ControlHost.Token)).Value;

    public Task UntilDrainedAsync(string host) => UntilAsync(async () => (await ShowAsync(host)).There.Count == 0, $"{host} is drained");

    public async Task<RepackingView> RepackAsync(double maxMoved = 1, int? atOnce = null, string objective = "fewest-hosts") =>
        (await Repackings.BeginAsync(new RepackQuestion(objective, maxMoved, 0, false), atOnce, ControlHost.Token)).Value;

    public async Task<RepackingView> RepackingAsync() => (await Repackings.ShowAsync(ControlHost.Token)).Value;

    public async Task<Repacking> UntilRepackedAsync()
    {
        await UntilAsync(async () => (await RepackingAsync()).Repacking.EndedAt is not null, "the repacking has ended");
        return (await RepackingAsync()).Repacking;
    }

    /// <summary>Loops wait on the played clock: it goes on a little with each look.</summary>
    public Task UntilAsync(Func<Task<bool>> condition, string what) => Until.TrueAsync(
        async () =>
        {
            Host.Time.Advance(TimeSpan.FromMilliseconds(100));
            return await condition();
        },
        what);

    /// <summary>Time passes while these hosts are heard.</summary>
    public async Task PassAsync(double seconds, params string[] heard)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.5)
        {
            Host.Time.Advance(TimeSpan.FromSeconds(0.5));
            await Until.TrueAsync(
                () => heard.All(h => Host.Get<HostSessions>().Find(new HostId(h))!.Sighting!.At == Host.Time.GetUtcNow()), "the other hosts are heard");
        }
    }

    /// <summary>In all tables that routers ever got: never two of one label, and once the app was served it always is.</summary>
    /// <param name="restarted">A router that starts knows nothing at first.</param>
    public void AssertRoutes(App app, bool restarted = false)
    {
        var served = false;
        foreach (var table in Host.Tables)
        {
            var targets = table.Hosts.Values.Where(r => r.AppId == app.Id).SelectMany(r => r.Targets).ToList();
            Assert.Equal(targets.Count, targets.DistinctBy(t => t.Label).Count());
            Assert.False(served && !restarted && targets.Count == 0, $"{app.Name} was in the routes and then was not.");
            served |= targets.Count > 0;
        }

        Assert.True(served);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _listener?.Dispose();
    }

    private async Task HeardAsync(params string[] heard)
    {
        await Until.TrueAsync(
            () => Host.Get<HostSessions>().All is { Count: > 0 } all && all.All(s => s.Presence == HostPresence.Ready || (heard.Length > 0 && !heard.Contains(s.Id.Value))), "all hosts are ready");
        Host.Get<IBus>().Publish(new Missed(0));
    }
}

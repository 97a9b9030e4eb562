using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>Places were counted before their host was heard: they are counted again, and once for all who need it.</summary>
public sealed class CountTests : IAsyncDisposable
{
    private static readonly HostId _one = new("one");

    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Host_ThatIsHeardAfterThePlacesWereCounted_IsNoReasonToRefuse()
    {
        await JoinAsync();
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app);
        var placer = _host.Get<ContainerPlacer>();
        await placer.ReadAsync(ControlHost.Token);

        await HearAsync();

        Assert.Equal(_one, (await placer.PlaceAsync(container, app, ControlHost.Token)).Value.Host);
    }

    [Fact]
    public async Task Containers_RefusedByAnOldCount_WaitForOneNewCountTogether()
    {
        const int many = 20;
        await JoinAsync();
        var app = await _host.AddAppAsync();
        var waiting = new List<Container>();
        for (var i = 1; i <= many; i++)
            waiting.Add(await _host.AddContainerAsync(app, index: i));
        using var asked = new CountdownEvent(many - 1);
        var counts = 0;
        var hosts = Interceptor<IHostStore>.Before(_host.Get<IHostStore>(), nameof(IHostStore.ListAsync), () =>
        {
            // The first that finds the count old counts until all others have found so too.
            if (Interlocked.Increment(ref counts) == 2)
                Assert.True(asked.Wait(TimeSpan.FromSeconds(20), ControlHost.Token));
            return Task.CompletedTask;
        });
        using var placer = ActivatorUtilities.CreateInstance<ContainerPlacer>(_host.Get<IServiceProvider>(), hosts);
        await placer.ReadAsync(ControlHost.Token);
        await HearAsync();

        var places = await Task.WhenAll(waiting.Select(c => Task.Factory.StartNew(() => PlaceAsync(c), ControlHost.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));

        Assert.All(places, p => Assert.Equal(_one, p.Value.Host));
        Assert.InRange(counts, 2, 3);

        Task<Outcome<Place>> PlaceAsync(Container container)
        {
            var place = placer.PlaceAsync(container, app, ControlHost.Token);
            if (!asked.IsSet)
                asked.Signal();
            return place;
        }
    }

    /// <summary>A host, and this machine takes nothing.</summary>
    private async Task JoinAsync()
    {
        _host.Far.Add("127.0.1.1:7444");
        await _host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        await _host.Get<IHostStore>().UpdateAsync(new HostId("host-1"), h => h with { Cordoned = true }, ControlHost.Token);
        var host = Samples.Host() with
        {
            Id = _one, Name = _one.Value, Class = "", Zone = "", Cordoned = false, Drain = null, Address = "127.0.1.1:7444", Subnet = "10.192.16.0/20",
            Capacity = new Dictionary<string, long> { ["cpu"] = 100_000, ["memory"] = 64L << 30 },
        };
        await _host.Get<IHostStore>().RegisterAsync(host, ControlHost.Token);
    }

    private async Task HearAsync()
    {
        var sessions = _host.Get<HostSessions>();
        await sessions.RefreshAsync(ControlHost.Token);
        await Until.TrueAsync(() => sessions.PresenceOf(_one) == HostPresence.Ready, "the host is heard");
    }
}

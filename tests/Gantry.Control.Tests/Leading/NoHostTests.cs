using Gantry.Conformance.Records;
using Gantry.Control.Hosts;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Leading;

/// <summary>A control process that is no host itself, as all are where there are several.</summary>
public sealed class NoHostTests : IAsyncDisposable
{
    private readonly ControlHost _host = new() { TakesContainers = false };

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Process_ThatTakesNoContainers_IsNoHost_AndUsesThoseThatJoined()
    {
        // An agent beside it may well be called like the machine.
        var far = _host.Far.Add("127.0.1.1:7444");
        await _host.Get<IHostStore>().RegisterAsync(
            Samples.Host() with
            {
                Id = new HostId("host-1"), Name = "host-1", Class = "", Cordoned = false, Drain = null, Address = "127.0.1.1:7444", Subnet = "10.192.16.0/20",
                Capacity = new Dictionary<string, long> { ["cpu"] = 4000, ["memory"] = 8L << 30 },
            },
            ControlHost.Token);
        var app = await _host.AddAppAsync();
        await _host.StartAsync();

        await Until.TrueAsync(async () => Tick() && (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Any(c => c.StartedAt is not null), "a container there");

        Assert.Single(far.Played.Started);
        Assert.Empty(_host.Runtime.Started);
        Assert.False(Assert.Single(await _host.Get<IHostPlanner>().ListAsync(ControlHost.Token)).IsLocal);
    }

    private bool Tick()
    {
        _host.Time.Advance(TimeSpan.FromMilliseconds(20));
        return true;
    }
}

using System.Net;
using System.Net.Sockets;
using Gantry.Bus;
using Gantry.Control.Containers;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>Many containers that are to start on one host.</summary>
public sealed class BootTurnsTests : IAsyncDisposable
{
    private static readonly HostId _here = new("host-1");

    private readonly ControlHost _host = new(o => o.BootsAtOnce = 2);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Containers_OfOneHost_BootAFewAtATime_AndTheNextAsSoonAsOneIsReady()
    {
        await StartAsync(webs: 7);
        await UntilStartedAsync(2);
        await PassAsync(4);
        Assert.Equal(2, _host.Runtime.Started.Count);

        // What does not become ready keeps the others waiting for one turn, not for ever.
        await PassAsync(2);
        await UntilStartedAsync(4);
        Assert.Equal(4, _host.Runtime.Started.Count);

        using var port = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        port.Start();
        var before = _host.Time.GetUtcNow();
        await UntilStartedAsync(7);
        Assert.True(_host.Time.GetUtcNow() - before < TimeSpan.FromSeconds(4), "They waited for their turns to be over.");
    }

    [Fact]
    public async Task Container_ThatIsNotWantedAnyMore_GivesItsTurnToTheNext()
    {
        var app = await StartAsync(webs: 3);
        await UntilStartedAsync(2);
        var first = _host.Runtime.Started.First().Id;

        await _host.Containers.UpdateAsync(first, c => c with { Wanted = false }, ControlHost.Token);
        _host.Get<IBus>().Publish(new ContainerChanged(first));

        await Until.TrueAsync(
            () =>
            {
                _host.Time.Advance(TimeSpan.FromMilliseconds(1));
                return _host.Runtime.Started.Count == 3;
            },
            "the third");
        Assert.Equal(app.Id, (await _host.Containers.FindAsync(first, ControlHost.Token))!.AppId);
    }

    [Fact]
    public void Turns_AskedForOutOfOrder_GoToTheFirstThatCame()
    {
        var turns = _host.Get<BootTurns>();
        var ids = Enumerable.Range(1, 7).Select(i => new ContainerId($"ct-{i}")).ToList();
        var waits = ids.Select(i => turns.Take(_here, i)).ToList();
        Assert.Equal([null, null, 5, 5, 10, 10, 15], waits.Select(w => w?.TotalSeconds));
        _host.Time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal(10, turns.Take(_here, ids[6])?.TotalSeconds);
        Assert.Null(turns.Take(_here, ids[2]));
        Assert.Null(turns.Take(_here, ids[3]));
        Assert.Equal(5, turns.Take(_here, ids[4])?.TotalSeconds);
    }

    [Fact]
    public void Turn_OfOneThatFindsNoPlaceAnyMore_IsTheNext()
    {
        var turns = _host.Get<BootTurns>();
        var ids = Enumerable.Range(1, 5).Select(i => new ContainerId($"ct-{i}")).ToList();
        ids.ForEach(i => turns.Take(_here, i));

        turns.End(ids[2]);
        turns.End(ids[3]);
        turns.End(ids[0]);

        Assert.Null(turns.Take(_here, ids[4]));
    }

    private async Task<Domain.Apps.App> StartAsync(int webs)
    {
        await _host.StartAsync();
        var app = await _host.AddAppAsync(webs: webs);
        _host.Get<IBus>().Publish(new Missed(0));
        return app;
    }

    private Task UntilStartedAsync(int count) => Until.TrueAsync(() => Tick() && _host.Runtime.Started.Count >= count, $"{count} containers that were started");

    private async Task PassAsync(double seconds)
    {
        for (var passed = 0.0; passed < seconds; passed += 0.25)
        {
            _host.Time.Advance(TimeSpan.FromSeconds(0.25));
            await Task.Yield();
        }
    }

    /// <summary>Loops wait on the played clock: it goes on a little with each look.</summary>
    private bool Tick()
    {
        _host.Time.Advance(TimeSpan.FromMilliseconds(5));
        return true;
    }
}

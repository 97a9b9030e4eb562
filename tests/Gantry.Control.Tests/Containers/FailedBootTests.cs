using System.Net;
using System.Net.Sockets;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Control.Tests.Containers;

public sealed class FailedBootTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    [Fact]
    public async Task Container_NotReadyInTime_IsTriedTwentyTimesMoreAndThenGivenUp()
    {
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app);
        var waits = new List<TimeSpan?>();

        while (container.NotBefore != DateTimeOffset.MaxValue)
        {
            container = await FailAsync(app, container);
            waits.Add(container.NotBefore - container.CreatedAt);
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(BootPolicy.Delay), waits.Take(20));
        Assert.Equal(21, _host.Runtime.Started.Count);
        Assert.Equal((21, 0), (container.BootAttempts, container.Crashes));
        Assert.Contains("[gantry] web-1 is tried again in 4 s (retry 3 of 20). 'gantry restart' starts it now.", _host.Log.Of(app.Id));
        Assert.Contains("did not become ready 21 times in a row and is not tried any more", _host.Log.Of(app.Id)[^1], StringComparison.Ordinal);
        Assert.Equal(["crash"], await EventsAsync(app));
    }

    [Fact]
    public async Task Container_ReadyAfterFailedBoots_StartsAnewWithTheCount()
    {
        var app = await _host.AddAppAsync();
        var container = await FailAsync(app, await FailAsync(app, await _host.AddContainerAsync(app)));
        _host.Time.SetUtcNow(container.NotBefore!.Value);
        await _host.StepAsync(container.Id);
        using (Listen())
            Assert.Equal(ContainerState.Running, (await _host.StepAsync(container.Id)).State);

        _host.Runtime.Exit(container.Id, 1);
        await _host.StepAsync(container.Id);
        var next = await _host.OnlyLiveAsync(app);

        Assert.Equal((2, 0, 1), (container.BootAttempts, next.BootAttempts, next.Crashes));
    }

    [Fact]
    public async Task Container_ExitsWhileItBoots_IsACrashAndKeepsItsAttempts()
    {
        var app = await _host.AddAppAsync();
        var container = await FailAsync(app, await _host.AddContainerAsync(app));
        _host.Time.SetUtcNow(container.NotBefore!.Value);
        await _host.StepAsync(container.Id);

        _host.Runtime.Exit(container.Id, 1);
        await _host.StepAsync(container.Id);
        var next = await _host.OnlyLiveAsync(app);

        Assert.Equal((1, 1), (next.BootAttempts, next.Crashes));
    }

    [Fact]
    public async Task Container_OfANewRelease_IsNotTriedAgain()
    {
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app with { CurrentDeploymentId = new("d-next") });
        await _host.StepAsync(container.Id);
        _host.Time.Advance(Timeout);
        await _host.StepAsync(container.Id);

        var ended = await _host.StepAsync(container.Id);

        Assert.Equal((ContainerState.Stopped, true), (ended.State, ended.BootFailed));
        Assert.Empty(await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token));
    }

    [Fact]
    public async Task Container_MarkedFailedBeforeAKillOfTheDaemon_IsNotTakenForReady()
    {
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app);
        await _host.StepAsync(container.Id);
        await _host.Containers.UpdateAsync(container.Id, c => c with { BootFailed = true }, ControlHost.Token);

        using (Listen())
            Assert.Equal(ContainerState.Booting, (await _host.StepAsync(container.Id)).State);

        Assert.Equal(137, _host.Runtime.Find(container.Id)!.ExitCode);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private TimeSpan Timeout => _host.Get<IOptions<ControlOptions>>().Value.ReadyTimeout;

    /// <summary>Boots a container whose port stays closed; returns the one that takes its place.</summary>
    private async Task<Container> FailAsync(App app, Container container)
    {
        if (container.NotBefore is { } notBefore)
            _host.Time.SetUtcNow(notBefore);
        Assert.NotNull((await _host.StepAsync(container.Id)).StartedAt);
        Assert.Equal(ContainerState.Booting, (await _host.StepAsync(container.Id)).State);
        _host.Time.Advance(Timeout);
        Assert.True((await _host.StepAsync(container.Id)).BootFailed);
        Assert.Equal(ContainerState.Stopped, (await _host.StepAsync(container.Id)).State);
        return await _host.OnlyLiveAsync(app);
    }

    private TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, _host.Get<IOptions<ControlOptions>>().Value.ContainerPort);
        listener.Start();
        return listener;
    }

    private async Task<IEnumerable<string>> EventsAsync(App app) =>
        (await _host.Get<IEventStore>().ListByAppAsync(app.Id, null, 1, 100, ControlHost.Token)).Page.Select(e => e.Type);
}

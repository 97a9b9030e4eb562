using Gantry.Agent.Runtime;
using Gantry.Control.Containers;
using Gantry.Control.Tests.Platform;
using Xunit;

namespace Gantry.Control.Tests.Containers;

/// <summary>A host that was restarted tells its containers as ended: that is no crash of theirs.</summary>
public sealed class RebootTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Host_RestartedAgainAndAgain_ItsContainersStartAtOnceEachTime()
    {
        var app = await _host.AddAppAsync();
        await _host.AddContainerAsync(app);

        for (var reboot = 0; reboot < 4; reboot++)
        {
            var container = await _host.OnlyLiveAsync(app);
            await _host.StepAsync(container.Id);
            Assert.Equal(reboot + 1, _host.Runtime.Started.Count);
            _host.Get<RuntimeObserver>().Report(_host.Runtime.Exit(container.Id, 255) with { ExitReason = ContainerStatus.HostRestarted });
            await _host.Get<ContainerReconciler>().ReconcileAsync(container.Id, ControlHost.Token);
        }

        Assert.Equal(0, (await _host.OnlyLiveAsync(app)).Crashes);
    }
}

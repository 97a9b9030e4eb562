using Gantry.Control.Tests.Platform;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Control.Tests.Containers;

public sealed class BandwidthTests : IAsyncDisposable
{
    private const long OfSize = 160_000_000;
    private readonly ControlHost _host = new();

    [Fact]
    public async Task Bandwidth_ChangedByAnOperator_ReachesRunningContainersOnce_AndWhatTheyStartedWithIsNotSetAgain()
    {
        var app = await _host.AddAppAsync();
        await _host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = null }, TestContext.Current.CancellationToken);
        var container = await _host.AddContainerAsync(app, "worker");
        await RunAsync(container);
        await _host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = 10_000_000 }, TestContext.Current.CancellationToken);
        await RunAsync(container);
        await _host.Apps.UpdateAsync(app.Id, a => a with { BitsPerSecond = null }, TestContext.Current.CancellationToken);
        await RunAsync(container);

        Assert.Equal(OfSize, Assert.Single(_host.Runtime.Started).Limits.BitsPerSecond);
        Assert.Equal([10_000_000, OfSize], _host.Runtime.Bandwidths.Select(b => b.BitsPerSecond));
        Assert.All(_host.Runtime.Bandwidths, b => Assert.Equal(container.Id, b.Id));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task RunAsync(Container container)
    {
        for (var i = 0; i < 3; i++)
            await _host.StepAsync(container.Id);
    }
}

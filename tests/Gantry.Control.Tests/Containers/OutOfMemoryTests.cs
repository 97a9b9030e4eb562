using Gantry.Control.Containers;
using Gantry.Control.Tests.Platform;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Containers;

public sealed class OutOfMemoryTests : IAsyncDisposable
{
    private const string Reason = "Killed by the kernel: memory use reached the limit of 512 MB (process node, resident 498 MB), 3 h 5 min after its start.";
    private readonly ControlHost _host = new();

    [Fact]
    public async Task Container_KilledForMemory_IsExplainedInTheLogAndInTheEvent()
    {
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app);
        await _host.StepAsync(container.Id);
        var ended = _host.Runtime.Exit(container.Id, 137) with { OutOfMemory = true, ExitReason = Reason };

        _host.Get<RuntimeObserver>().Report(ended);
        await _host.Get<ContainerReconciler>().ReconcileAsync(container.Id, ControlHost.Token);

        Assert.Contains($"[gantry] web-1 stopped (exit code 137): {Reason}", _host.Log.Of(app.Id));
        var crash = Assert.Single((await _host.Get<IEventStore>().ListByAppAsync(app.Id, null, 1, 10, ControlHost.Token)).Page);
        Assert.Equal("repeated_crash", crash.Type);
        Assert.Contains(Reason, crash.DataJson, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

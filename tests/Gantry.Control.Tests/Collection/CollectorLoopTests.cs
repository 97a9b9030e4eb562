using Gantry.Conformance.Records;
using Gantry.Control.Collection;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Collection;

public sealed class CollectorLoopTests : IAsyncDisposable
{
    private readonly ControlHost _host = new(o => (o.KeptOutputs, o.KeptEvents) = (2, 3));

    [Fact]
    public async Task Records_WithinTheBounds_Stay()
    {
        var app = await FillAsync();

        _host.Time.Advance(TimeSpan.FromHours(1));
        await _host.Get<RecordTrimmer>().TrimAsync(ControlHost.Token);

        Assert.Equal(["ev-2", "ev-3", "ev-4"], await EventsAsync(app));
        Assert.NotNull(await _host.Apps.FindOperationAsync(app.Id, new OperationId("op-1"), ControlHost.Token));
        Assert.NotNull(await _host.Containers.FindAsync(new ContainerId("c-1"), ControlHost.Token));
    }

    [Fact]
    public async Task Records_TooOldOrTooMany_AreTrimmed()
    {
        var app = await FillAsync();

        _host.Time.Advance(TimeSpan.FromDays(31));
        await _host.StartAsync();
        await Until.TrueAsync(async () =>
        {
            _host.Time.Advance(TimeSpan.FromMinutes(10));
            return (await OutputAsync("d-1")).StartsWith("The output of this deployment was deleted", StringComparison.Ordinal);
        }, "a round of the collector");

        Assert.Empty(await EventsAsync(app));
        Assert.Null(await _host.Apps.FindOperationAsync(app.Id, new OperationId("op-1"), ControlHost.Token));
        Assert.Null(await _host.Containers.FindAsync(new ContainerId("c-1"), ControlHost.Token));
        Assert.Equal(["first second", "first second"], [await OutputAsync("d-2"), await OutputAsync("d-3")]);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Five events, a finished operation, a stopped container and three deployments with output.</summary>
    private async Task<App> FillAsync()
    {
        var app = await _host.AddAppAsync(webs: 0);
        for (var i = 0; i < 5; i++)
            await _host.Get<IEventStore>().AddAsync(Samples.Event($"ev-{i}", app.Id.Value), ControlHost.Token);
        await _host.Apps.BeginOperationAsync(Samples.Operation(app: app.Id.Value), null, ControlHost.Token);
        await _host.Apps.SetOperationStatusAsync(new OperationId("op-1"), OperationStatus.Done, null, Samples.Now, ControlHost.Token);
        await _host.Containers.AddAsync([Samples.Container(app: app.Id.Value) with { State = ContainerState.Stopped }], ControlHost.Token);
        foreach (var id in new[] { "d-1", "d-2", "d-3" })
        {
            await _host.Deployments.AddAsync(Samples.Deployment(id, app.Id.Value) with { Status = DeploymentStatus.Success }, ControlHost.Token);
            await _host.Deployments.AppendOutputAsync(new DeploymentId(id), "first ", ControlHost.Token);
            await _host.Deployments.AppendOutputAsync(new DeploymentId(id), "second", ControlHost.Token);
        }

        return app;
    }

    private async Task<IReadOnlyList<string>> EventsAsync(App app) =>
        [.. (await _host.Get<IEventStore>().ListByAppAsync(app.Id, null, 1, 100, ControlHost.Token)).Page.Select(e => e.Id.Value).Order(StringComparer.Ordinal)];

    private async Task<string> OutputAsync(string id) => (await _host.Deployments.ReadOutputAsync(new DeploymentId(id), 0, ControlHost.Token))!;
}

using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Control.Tests.Platform;
using Gantry.Domain.Operations;
using Xunit;

namespace Gantry.Control.Tests.Formation;

public sealed class AppLoopTests : IAsyncDisposable
{
    private readonly ControlHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>Another process took it in, and its notifications are late.</summary>
    [Fact]
    public async Task Operation_OfWhichNobodySaysAnything_BeginsWithinSeconds()
    {
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        await Until.TrueAsync(() => Task.FromResult(_host.Runtime.Started.Count == 1), "the first container");
        var scale = Samples.Operation(type: OperationType.Scale, app: app.Id.Value) with { CreatedAt = _host.Time.GetUtcNow() };
        var formation = (await _host.Apps.GetFormationAsync(app.Id, ControlHost.Token)).Select(f => f with { Amount = 2 }).ToList();
        await _host.Apps.BeginOperationAsync(scale, formation, ControlHost.Token);

        _host.Time.Advance(TimeSpan.FromSeconds(6));
        await Until.TrueAsync(() => Task.FromResult(_host.Runtime.Started.Count == 2), "the second container");
    }
}

using Gantry.Control.Tests.Platform;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Metering;

/// <summary>Usage on hosts elsewhere, whose records are compared when something changed there.</summary>
public sealed class FarUsageTests : IAsyncDisposable
{
    private readonly MoveCluster _cluster = new();
    private FarHost _far = null!;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Run_OnAHostOnWhichNothingChanges_IsBilledUpToTheHeartbeat()
    {
        await RunAsync();
        var before = await SeenAsync();
        await _cluster.PassAsync(30, "one");
        await Until.TrueAsync(async () => (await SeenAsync() - before).TotalSeconds >= 15, "it was seen");
        Assert.True((await OnlyAsync()).Open);
    }

    [Fact]
    public async Task Run_ThatEnds_IsClosed_ThoughItsHostWasSettledBefore()
    {
        await RunAsync();
        await _cluster.PassAsync(30, "one");
        Assert.True((await OnlyAsync()).Open);
        _far.Played.Exit(_far.Played.Started.Single().Id, 0);
        await _cluster.UntilAsync(async () => (await ListAsync()).Any(p => !p.Open), "the end is written down");
    }

    private IUsageStore Usage => _cluster.Host.Get<IUsageStore>();

    private async Task<DateTimeOffset> SeenAsync() => (await Usage.FindSightingAsync("one", ControlHost.Token))!.At;

    private async Task<UsagePeriod> OnlyAsync() => Assert.Single(await ListAsync());

    private Task<IReadOnlyList<UsagePeriod>> ListAsync() => Usage.ListAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue.AddYears(-1), 10, ControlHost.Token);

    private async Task RunAsync()
    {
        _far = await _cluster.JoinAsync("one", 1);
        await _cluster.StartAsync();
        await _cluster.RunOnAsync("one", webs: 1);
        await _cluster.UntilAsync(async () => (await Usage.ListOpenAsync("one", ControlHost.Token)).Count == 1, "its record is open");
    }
}

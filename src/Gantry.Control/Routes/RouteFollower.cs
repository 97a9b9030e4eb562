using Gantry.Control.Leading;
using Gantry.Domain;
using Gantry.Router;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Routes;

/// <summary>
/// Keeps the router of this process up with what the leader says of routes, be it in this process or another, and says how far it has come. Notifications make that quick; this makes it sure,
/// also while there are none (docs/decisions/0010).
/// </summary>
internal sealed class RouteFollower(
    IRouterStore routers, RoutePublisher publisher, IRouteTable table, TimeProvider time, IOptions<ControlOptions> options)
{
    /// <summary>Who says nothing for so long is still there; see <see cref="OtherRouters"/>.</summary>
    private static readonly TimeSpan _beat = TimeSpan.FromSeconds(2);

    private long _change = -1;
    private RouterReport? _said;
    private long _saidAt;

    /// <summary>Of this run of this process.</summary>
    public string Name { get; } = $"{Leadership.ProcessName} {Guid.NewGuid():N}";

    /// <summary>When this returns, the router uses what the records say of all changes before the call.</summary>
    public async Task FollowAsync(CancellationToken token)
    {
        if (!options.Value.SeveralRouters)
        {
            await publisher.PublishAsync(token).ConfigureAwait(false);
            return;
        }

        var began = time.GetTimestamp();
        try
        {
            await ReadAsync(token).ConfigureAwait(false);
        }
        finally
        {
            table.Followed(began);
        }
    }

    /// <summary>Nobody waits for this router any more.</summary>
    public async Task LeaveAsync(CancellationToken token)
    {
        if (_said is not null)
            await routers.RemoveReportAsync(Name, token).ConfigureAwait(false);
    }

    private async Task ReadAsync(CancellationToken token)
    {
        var changes = await routers.ListChangesAsync(_change, token).ConfigureAwait(false);
        // Before it reads its first table: what changes from here on, this router is waited for.
        if (_said is null)
            await ReportAsync(changes.Last, token).ConfigureAwait(false);
        publisher.Note(changes);
        await publisher.PublishAsync(token).ConfigureAwait(false);
        _change = changes.Last;
        await ReportAsync(changes.Last, token).ConfigureAwait(false);
    }

    private async Task ReportAsync(long change, CancellationToken token)
    {
        IReadOnlySet<ContainerId> draining = table.Draining.ToHashSet();
        if (_said is { } said && said.Change == change && said.Draining.SetEquals(draining) && time.GetElapsedTime(_saidAt) < _beat)
            return;
        var report = new RouterReport(Name, change, (_said?.Beat ?? 0) + 1, draining);
        await routers.ReportAsync(report, token).ConfigureAwait(false);
        (_said, _saidAt) = (report, time.GetTimestamp());
    }
}

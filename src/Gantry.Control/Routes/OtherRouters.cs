using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Routes;

/// <summary>
/// Says to the routers of other processes what changed, and knows whether they use it: nothing that one of them still uses is stopped, and nothing is
/// said to be done that one of them does not show. A router that is silent is waited for as long as it may be there, not longer.
/// </summary>
internal sealed partial class OtherRouters(
    IRouterStore routers, IContainerStore containers, RouteFollower own, RoutePublisher publisher, IBus bus, TimeProvider time, IOptions<ControlOptions> options, ILogger<OtherRouters> logger)
{
    /// <summary>Three beats: who was not heard for so long has ended, or is cut off from the records.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(6);

    /// <summary>Many ask at once.</summary>
    private static readonly TimeSpan _fresh = TimeSpan.FromMilliseconds(40);

    /// <summary>Who was not looked at for so long cannot be called silent.</summary>
    private static readonly TimeSpan _gap = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, (long Beat, long Since)> _beats = new(StringComparer.Ordinal);
    private IReadOnlyList<RouterReport> _heard = [];
    private long? _readAt;

    /// <summary>Says that the routes of an app are others by what is in the records now.</summary>
    /// <returns>To ask later whether all have it.</returns>
    public async Task<long> TellAsync(AppId app, CancellationToken token) =>
        options.Value.SeveralRouters ? await routers.AddChangeAsync(app, token).ConfigureAwait(false) : 0;

    /// <summary>Changes a container's record. Of one that routers use, that its app's routes changed is said in the same write.</summary>
    public Task ChangeAsync(Container container, Func<Container, Container> change, CancellationToken token) => container.Type == ProcessTypes.Web && options.Value.SeveralRouters
        ? containers.UpdateRouteAsync(container.Id, change, token)
        : containers.UpdateAsync(container.Id, change, token);

    /// <summary>True when every router that is there has the change, and no request under way to the container.</summary>
    public async Task<bool> HaveLeftAsync(long change, ContainerId container, CancellationToken token) =>
        change == 0 || (await HeardAsync(token).ConfigureAwait(false)).All(r => r.Change >= change && !r.Draining.Contains(container));

    /// <summary>When this returns, all routers use what the records said of the app when it was called, or something newer; those of other processes within <see cref="ControlOptions.DrainTimeout"/>.</summary>
    public async Task SettleAsync(AppId app, CancellationToken token)
    {
        var change = await TellAsync(app, token).ConfigureAwait(false);
        await publisher.PublishAsync(app, token).ConfigureAwait(false);
        bus.Publish(new AppChanged(app));
        var began = time.GetTimestamp();
        while (change != 0 && (await HeardAsync(token).ConfigureAwait(false)).Any(r => r.Change < change) && time.GetElapsedTime(began) < options.Value.DrainTimeout)
            await Task.Delay(_poll, time, token).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<RouterReport>> HeardAsync(CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_readAt is { } before && time.GetElapsedTime(before) < _fresh)
                return _heard;
            var reports = await routers.ListReportsAsync(token).ConfigureAwait(false);
            if (_readAt is { } last && time.GetElapsedTime(last) > _gap)
                _beats.Clear();
            _readAt = time.GetTimestamp();
            var heard = new List<RouterReport>();
            foreach (var report in reports.Where(r => r.Router != own.Name))
                if (IsThere(report))
                    heard.Add(report);
                else
                    await ForgetAsync(report, token).ConfigureAwait(false);
            return _heard = heard;
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsThere(RouterReport report)
    {
        if (!_beats.TryGetValue(report.Router, out var known) || known.Beat != report.Beat)
            _beats[report.Router] = known = (report.Beat, _readAt!.Value);
        return time.GetElapsedTime(known.Since, _readAt!.Value) < _silence;
    }

    private async Task ForgetAsync(RouterReport report, CancellationToken token)
    {
        await routers.RemoveReportAsync(report.Router, token).ConfigureAwait(false);
        _beats.Remove(report.Router);
        Log.Silent(logger, report.Router, _silence.TotalSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The router of {Router} has said nothing for {Seconds} s and is not waited for until it does")]
        public static partial void Silent(ILogger logger, string router, double seconds);
    }
}

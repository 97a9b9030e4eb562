using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Control.Containers;
using Gantry.Control.Formation;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Router;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Routes;

/// <summary>Computes the whole route table from the records and swaps it in.</summary>
internal sealed class RoutePublisher(
    IAppStore apps, IContainerStore containers, RuntimeObserver observer, HostSessions sessions, IRouteTable table,
    IOptions<ControlOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile bool _published;

    /// <summary>False while the router still lets all requests wait, because hosts were not heard yet.</summary>
    public bool HasPublished => _published;

    /// <summary>When this returns, the router uses what the records said when it was called, or something newer, or has no table yet.</summary>
    public async Task PublishAsync(CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            var all = (await apps.ListAllAsync(token).ConfigureAwait(false)).Where(a => a.DeletedAt is null).ToList();
            var live = (await containers.ListLiveAsync(token).ConfigureAwait(false)).ToLookup(c => c.AppId);
            if (!_published && all.Exists(a => AwaitsHosts(a, live[a.Id])))
                return;
            _published = true;
            var routes = all.Select(a => Route(a, live[a.Id]));
            table.Swap(new RouteTableModel(routes.ToDictionary(r => HostOf(r.AppName), StringComparer.Ordinal)));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private AppRoute Route(App app, IEnumerable<Container> live)
    {
        var targets = Newest(Preferred([.. live.Where(c => IsServing(app, c))])).OrderBy(c => c.Index)
            .Select(c => new RouteTarget(c.Id, c.Label, c.Address!, c.Port)).ToList();
        var stopped = targets.Count == 0 && app.Status is (AppStatus.Stopped or AppStatus.New);
        var version = string.Join(',', targets.Select(t => t.ContainerId.Value));
        return new AppRoute(app.Id, app.Name.Value, targets, stopped, app.ForceHttps, app.StickySession, app.RouterLogs, version);
    }

    /// <summary>One claims a slot, also while its successor is ready and it is still to be released. A successor that is not heard waits behind one that is.</summary>
    private static IEnumerable<Container> Newest(IReadOnlyList<Container> serving) => serving.GroupBy(c => c.Index).Select(claims => Claims.Newest(claims)!);

    /// <summary>While its host is not heard a container is the last resort: it may well be gone.</summary>
    private IReadOnlyList<Container> Preferred(IReadOnlyList<Container> serving)
    {
        var heard = serving.Where(c => c.Host is not { } host || sessions.PresenceOf(host) == HostPresence.Ready).ToList();
        return heard.Count > 0 ? heard : serving;
    }

    /// <summary>
    /// A process that has just started has heard no host yet: without this, an app whose containers serve elsewhere would be said to be
    /// not ready. It ends when the host is heard or given up.
    /// </summary>
    private bool AwaitsHosts(App app, IEnumerable<Container> live) =>
        !live.Any(c => IsServing(app, c)) && live.Any(c => IsRecordedAsServing(app, c) && c.Host is { } host && !IsHeard(host, c));

    /// <remarks>Its report may be on its way to the observer.</remarks>
    private bool IsHeard(HostId host, Container container) =>
        sessions.PresenceOf(host) != HostPresence.Unknown && (observer.Find(container.Id) is not null || sessions.Find(host)?.Has(container.Id) != true);

    /// <summary>
    /// The host must confirm that this very container runs at this address: after a power cut the records still name
    /// addresses that other containers may have by now.
    /// </summary>
    private bool IsServing(App app, Container container) =>
        IsRecordedAsServing(app, container) && observer.Find(container.Id) is { State: RuntimeState.Running } status && status.Address == container.Address;

    private static bool IsRecordedAsServing(App app, Container container) =>
        container is { Type: ProcessTypes.Web, Wanted: true, State: ContainerState.Running, Address: not null }
        && container.DeploymentId == app.CurrentDeploymentId;

    private string HostOf(string appName) =>
        string.Format(CultureInfo.InvariantCulture, options.Value.HostFormat, appName).ToLowerInvariant();
}

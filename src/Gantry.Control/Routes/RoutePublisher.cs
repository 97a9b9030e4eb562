using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Control.Containers;
using Gantry.Control.Formation;
using Gantry.Control.Hosts.Remote;
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

    /// <summary>When this returns, the router uses what the records said when it was called, or something newer.</summary>
    public async Task PublishAsync(CancellationToken token)
    {
        await _one.WaitAsync(token).ConfigureAwait(false);
        try
        {
            var all = await apps.ListAllAsync(token).ConfigureAwait(false);
            var live = (await containers.ListLiveAsync(token).ConfigureAwait(false)).ToLookup(c => c.AppId);
            var routes = all.Where(a => a.DeletedAt is null).Select(a => Route(a, live[a.Id]));
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
    /// The host must confirm that this very container runs at this address: after a power cut the records still name
    /// addresses that other containers may have by now.
    /// </summary>
    private bool IsServing(App app, Container container) =>
        container is { Type: ProcessTypes.Web, Wanted: true, State: ContainerState.Running, Address: not null }
        && container.DeploymentId == app.CurrentDeploymentId
        && observer.Find(container.Id) is { State: RuntimeState.Running } status && status.Address == container.Address;

    private string HostOf(string appName) =>
        string.Format(CultureInfo.InvariantCulture, options.Value.HostFormat, appName).ToLowerInvariant();
}

using System.Globalization;
using Gantry.Agent.Runtime;
using Gantry.Bus;
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

/// <summary>
/// Keeps the router's table true to the records. What changed is read again, an app at a time, and the table with it is swapped in; a whole
/// table is made at the start, when something was missed, and now and then.
/// </summary>
internal sealed class RoutePublisher(
    IAppStore apps, IContainerStore containers, LiveContainers all, ContainerNotes notes, RuntimeObserver observer, HostSessions sessions, IRouteTable table,
    IOptions<ControlOptions> options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<AppId, string> _hosts = [];
    private readonly Dictionary<string, AppRoute> _routes = new(StringComparer.Ordinal);
    private HashSet<AppId> _apps = [];
    private HashSet<ContainerId> _containers = [];
    private HashSet<AppId> _elsewhere = [];
    private bool _whole = true;
    private bool _changed = true;
    private Task? _next;
    private bool _ended;
    private volatile bool _published;

    /// <summary>False while the router still lets all requests wait, because hosts were not heard yet.</summary>
    public bool HasPublished => _published;

    /// <summary>What it says is in the next table.</summary>
    /// <returns>False when it says nothing of routes.</returns>
    public bool Note(Notification notification)
    {
        lock (_gate)
            switch (notification)
            {
                case AppChanged app:
                    _apps.Add(app.AppId);
                    return true;
                case ContainerChanged container:
                    _containers.Add(container.ContainerId);
                    // A whole table is made of what is in memory, which may hear of it later than this.
                    notes.Note([container.ContainerId]);
                    return true;
                case Missed:
                    return _whole = true;
                default:
                    return false;
            }
    }

    /// <summary>Likewise of what another process may have written, which what is in memory does not know then.</summary>
    public void Note(RouteChanges changes)
    {
        lock (_gate)
        {
            _elsewhere.UnionWith(changes.Apps ?? new HashSet<AppId>());
            _whole |= changes.Apps is null;
        }

        if (changes.Apps is null)
            all.Distrust();
    }

    /// <summary>When this returns, the router uses what the records said of the app when it was called, or something newer, or has no table yet.</summary>
    public Task PublishAsync(AppId app, CancellationToken token)
    {
        lock (_gate)
            _apps.Add(app);
        return PublishAsync(token);
    }

    /// <summary>Likewise of all that was noted.</summary>
    /// <remarks>All who ask while a table is being made share the next one: a thousand containers may become ready at once.</remarks>
    public Task PublishAsync(CancellationToken token)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            return (_next ??= Task.Run(NextAsync, CancellationToken.None)).WaitAsync(token);
        }
    }

    private async Task NextAsync()
    {
        await _one.WaitAsync().ConfigureAwait(false);
        try
        {
            // Whoever asks from here on may know of something that is read too early.
            var (whole, changed, unknown, elsewhere) = Take();
            await all.ReadAnewAsync(elsewhere, CancellationToken.None).ConfigureAwait(false);
            changed.UnionWith(elsewhere);
            if (whole)
                await ReadAllAsync().ConfigureAwait(false);
            else
                await ReadAsync(changed, unknown).ConfigureAwait(false);
            if (_published && _changed)
                table.Swap(new RouteTableModel(new Dictionary<string, AppRoute>(_routes, StringComparer.Ordinal)));
            _changed &= !_published;
        }
        catch
        {
            lock (_gate)
                _whole = true;
            throw;
        }
        finally
        {
            _one.Release();
        }
    }

    private (bool Whole, HashSet<AppId> Apps, HashSet<ContainerId> Containers, HashSet<AppId> Elsewhere) Take()
    {
        lock (_gate)
        {
            var taken = (_whole, _apps, _containers, _elsewhere);
            (_next, _whole, _apps, _containers, _elsewhere) = (null, false, [], [], []);
            return taken;
        }
    }

    private async Task ReadAllAsync()
    {
        var known = (await apps.ListAllAsync(CancellationToken.None).ConfigureAwait(false)).Where(a => a.DeletedAt is null).ToList();
        var live = (await all.ReadAsync(CancellationToken.None).ConfigureAwait(false)).ToLookup(c => c.AppId);
        if (!_published && known.Exists(a => AwaitsHosts(a, live[a.Id])))
        {
            // Asked again until it is heard.
            lock (_gate)
                _whole = true;
            return;
        }

        foreach (var gone in _hosts.Keys.Except(known.Select(a => a.Id)).ToList())
            Show(gone, null, []);
        foreach (var app in known)
            Show(app.Id, app, live[app.Id]);
        _published = true;
    }

    private async Task ReadAsync(HashSet<AppId> changed, HashSet<ContainerId> unknown)
    {
        if (unknown.Count > 0)
        {
            var live = await all.ReadAsync(unknown, CancellationToken.None).ConfigureAwait(false);
            var ended = unknown.Except(live.Select(c => c.Id)).ToList();
            changed.UnionWith(live.Select(c => c.AppId));
            if (ended.Count > 0)
                changed.UnionWith((await containers.ListAsync(ended, CancellationToken.None).ConfigureAwait(false)).Select(c => c.AppId));
        }

        var found = await Task.WhenAll(changed.Select(async id => (Id: id, App: await apps.FindByIdAsync(id, CancellationToken.None).ConfigureAwait(false)))).ConfigureAwait(false);
        foreach (var (id, app) in found)
            Show(id, app, app is null ? [] : await all.ReadAsync(id, CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>A name that an app gave up may be another one's by now: whoever was read last has it.</summary>
    private void Show(AppId id, App? app, IEnumerable<Container> live)
    {
        var route = app is null or { DeletedAt: not null } ? null : Route(app, live);
        var host = route is null ? null : HostOf(route.AppName);
        if (_hosts.TryGetValue(id, out var before) && before != host)
        {
            _hosts.Remove(id);
            if (_routes.TryGetValue(before, out var old) && old.AppId == id)
                _changed |= _routes.Remove(before);
        }

        if (route is null || (_routes.TryGetValue(host!, out var known) && IsSame(known, route)))
            return;
        (_hosts[id], _routes[host!], _changed) = (host!, route, true);
    }

    private static bool IsSame(AppRoute known, AppRoute route) => known with { Targets = route.Targets } == route && known.Targets.SequenceEqual(route.Targets);

    /// <summary>Who asked may have gone already; what is under way still reads the records, which end after this.</summary>
    public async ValueTask DisposeAsync()
    {
        Task? last;
        lock (_gate)
        {
            if (_ended)
                return;
            (_ended, last) = (true, _next);
        }

        await (last ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _one.WaitAsync().ConfigureAwait(false);
        _one.Dispose();
    }

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
        !live.Any(c => IsServing(app, c)) && live.Any(c => IsRecordedAsServing(app, c) && c.Host is { } host && sessions.PresenceOf(host) == HostPresence.Unknown);

    /// <summary>
    /// The host must confirm that this very container runs at this address: after a power cut the records still name
    /// addresses that other containers may have by now.
    /// </summary>
    private bool IsServing(App app, Container container) =>
        IsRecordedAsServing(app, container) && observer.Find(container) is { State: RuntimeState.Running } status && status.Address == container.Address;

    private static bool IsRecordedAsServing(App app, Container container) =>
        container is { Type: ProcessTypes.Web, Wanted: true, State: ContainerState.Running, Address: not null }
        && container.DeploymentId == app.CurrentDeploymentId;

    private string HostOf(string appName) =>
        string.Format(CultureInfo.InvariantCulture, options.Value.HostFormat, appName).ToLowerInvariant();
}

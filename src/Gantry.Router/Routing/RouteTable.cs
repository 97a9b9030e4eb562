using System.Collections.Concurrent;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Router.Routing;

/// <summary>The table in use, and the long-lived states behind it.</summary>
internal sealed class RouteTable(IOptions<RouterOptions> options, TimeProvider time) : IRouteTable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<ContainerId, TargetState> _draining = [];
    private readonly Dictionary<ContainerId, TargetState> _targets = [];
    private readonly Dictionary<AppId, AppState> _apps = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Suspension _suspension = new(time);
    private volatile Dictionary<string, AppModel> _hosts = Empty();

    /// <summary>Completes with the first table: until then "unknown host" would be a lie.</summary>
    public Task First => _first.Task;

    /// <summary>Completes when the table can be relied on; see <see cref="Suspension"/>.</summary>
    public Task Current() => _suspension.Over();

    public void Followed(long began) => _suspension.Followed(began);

    /// <summary>Finds an app by the value of a Host header: any case, with or without port and final dot.</summary>
    public AppModel? Find(ReadOnlySpan<char> host)
    {
        var name = HostName.Of(host);
        return _hosts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var app) ? app : null;
    }

    /// <remarks>A route that is the same object as before is not looked into: of a hundred thousand containers a few change at a time.</remarks>
    public void Swap(RouteTableModel table)
    {
        lock (_gate)
        {
            var before = new Dictionary<AppRoute, AppModel>(ReferenceEqualityComparer.Instance);
            foreach (var model in _hosts.Values)
                before[model.Route] = model;
            var models = new Dictionary<AppRoute, AppModel>(ReferenceEqualityComparer.Instance);
            var hosts = Empty();
            foreach (var (host, route) in table.Hosts)
            {
                if (!models.TryGetValue(route, out var model))
                    models[route] = model = before.Remove(route, out var same) ? same : CreateModel(route);
                hosts[host] = model;
            }

            var gone = before.Values.SelectMany(m => m.Targets).Where(t => --t.Routes == 0).ToList();
            foreach (var target in gone)
            {
                _draining[target.Target.ContainerId] = target;
                if (_targets.GetValueOrDefault(target.Target.ContainerId) == target)
                    _targets.Remove(target.Target.ContainerId);
            }

            foreach (var app in before.Keys.Select(r => r.AppId).Except(models.Keys.Select(r => r.AppId)))
                _apps.Remove(app);
            _hosts = hosts;
            gone.ForEach(t => t.Retire());
            _first.TrySetResult();
        }
    }

    public int InFlight(ContainerId container)
    {
        lock (_gate)
        {
            var draining = _draining.GetValueOrDefault(container)?.InFlight ?? 0;
            return draining + (_targets.GetValueOrDefault(container)?.InFlight ?? 0);
        }
    }

    public IReadOnlyCollection<ContainerId> Draining => [.. _draining.Keys];

    public void Dispose()
    {
        _suspension.Dispose();
        foreach (var target in _targets.Values.Concat(_draining.Values))
            target.Dispose();
    }

    private static Dictionary<string, AppModel> Empty() => new(StringComparer.OrdinalIgnoreCase);

    private AppModel CreateModel(AppRoute route)
    {
        if (!_apps.TryGetValue(route.AppId, out var state))
            _apps[route.AppId] = state = new AppState();
        return new AppModel(route, state, [.. route.Targets.Select(KeepOrCreate)]);
    }

    private TargetState KeepOrCreate(RouteTarget target)
    {
        if (!_targets.TryGetValue(target.ContainerId, out var state) || state.Target != target)
            _targets[target.ContainerId] = state = new TargetState(target, options.Value, Forget);
        state.Routes++;
        return state;
    }

    private void Forget(TargetState target) =>
        _draining.TryRemove(new KeyValuePair<ContainerId, TargetState>(target.Target.ContainerId, target));
}

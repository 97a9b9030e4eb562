using System.Collections.Concurrent;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Router.Routing;

/// <summary>The table in use, and the long-lived states behind it.</summary>
internal sealed class RouteTable(IOptions<RouterOptions> options) : IRouteTable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<ContainerId, TargetState> _draining = [];
    private Dictionary<ContainerId, TargetState> _targets = [];
    private Dictionary<AppId, AppState> _apps = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Dictionary<string, AppModel> _hosts = Empty();

    /// <summary>Completes with the first table: until then "unknown host" would be a lie.</summary>
    public Task First => _first.Task;

    /// <summary>Finds an app by the value of a Host header: any case, with or without port and final dot.</summary>
    public AppModel? Find(ReadOnlySpan<char> host)
    {
        var name = HostName.Of(host);
        return _hosts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var app) ? app : null;
    }

    public void Swap(RouteTableModel table)
    {
        lock (_gate)
        {
            var targets = new Dictionary<ContainerId, TargetState>();
            var apps = new Dictionary<AppId, AppState>();
            var models = new Dictionary<AppRoute, AppModel>(ReferenceEqualityComparer.Instance);
            var hosts = Empty();
            foreach (var (host, route) in table.Hosts)
            {
                if (!models.TryGetValue(route, out var model))
                    models[route] = model = CreateModel(route, targets, apps);
                hosts[host] = model;
            }
            var gone = _targets.Values.Where(t => targets.GetValueOrDefault(t.Target.ContainerId) != t).ToList();
            gone.ForEach(t => _draining[t.Target.ContainerId] = t);
            (_hosts, _targets, _apps) = (hosts, targets, apps);
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

    public void Dispose()
    {
        foreach (var target in _targets.Values.Concat(_draining.Values))
            target.Dispose();
    }

    private static Dictionary<string, AppModel> Empty() => new(StringComparer.OrdinalIgnoreCase);

    private AppModel CreateModel(AppRoute route, Dictionary<ContainerId, TargetState> targets, Dictionary<AppId, AppState> apps)
    {
        if (!apps.TryGetValue(route.AppId, out var state))
            apps[route.AppId] = state = _apps.GetValueOrDefault(route.AppId) ?? new AppState();
        return new AppModel(route, state, [.. route.Targets.Select(t => KeepOrCreate(t, targets))]);
    }

    private TargetState KeepOrCreate(RouteTarget target, Dictionary<ContainerId, TargetState> targets)
    {
        if (targets.TryGetValue(target.ContainerId, out var shared))
            return shared;
        var known = _targets.GetValueOrDefault(target.ContainerId);
        var state = known is not null && known.Target == target ? known : new TargetState(target, options.Value, Forget);
        return targets[target.ContainerId] = state;
    }

    private void Forget(TargetState target) =>
        _draining.TryRemove(new KeyValuePair<ContainerId, TargetState>(target.Target.ContainerId, target));
}

using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Whether a running container may go to a host by every filter of placement but the load, which its caller measures.</summary>
internal sealed class MoveRules(ClusterSnapshot canonical)
{
    private readonly ClusterState _state = new(canonical);

    /// <summary>Indices of the containers that are where the snapshot has them; what was moved counts with its limits.</summary>
    private readonly Dictionary<string, int> _settled = canonical.Containers.Select((c, i) => (c.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);

    /// <param name="container">What is to go.</param>
    /// <param name="host">Where.</param>
    /// <param name="leaving">Containers that leave the host for it.</param>
    public bool Allows(ContainerSnapshot container, HostSnapshot host, IReadOnlyList<ContainerSnapshot> leaving)
    {
        var target = _state.IndexOf(host.Id);
        var request = new RequestClass(_state, container.AsRequest());
        long[] before = [.. _state.Free.Select(f => f[target])], without = [.. before.Select((_, r) => FreeWithout(target, r, leaving))];
        foreach (var one in leaving) _state.Remove(_state.App(one.App), [.. one.Limits], target);
        SetFree(target, without);
        _state.Focus(request.App);
        var allowed = HostFilters.All.All(f => f.Check(_state, request, target) < 0);
        foreach (var one in leaving) _state.Add(_state.App(one.App), [.. one.Limits], target);
        SetFree(target, before);
        return allowed;
    }

    public void Moved(ContainerSnapshot container, string from, string to) => Replace(container, from, container, to);

    /// <summary>The container has other limits where it is.</summary>
    public void Resized(ContainerSnapshot before, ContainerSnapshot after) => Replace(before, before.Host, after, before.Host);

    private void Replace(ContainerSnapshot before, string from, ContainerSnapshot after, string to)
    {
        if (_settled.Remove(before.Id, out var index)) _state.Evict(_state.IndexOf(from), [index]);
        else _state.Remove(_state.App(before.App), [.. before.Limits], _state.IndexOf(from));
        _state.Add(_state.App(after.App), [.. after.Limits], _state.IndexOf(to));
    }

    private long FreeWithout(int host, int resource, IReadOnlyList<ContainerSnapshot> leaving) =>
        _state.FreeWithout(host, resource, [.. leaving.Where(l => _settled.ContainsKey(l.Id)).Select(l => _settled[l.Id])])
        + leaving.Where(l => !_settled.ContainsKey(l.Id)).Sum(l => l.Limits[resource]);

    private void SetFree(int host, long[] free)
    {
        for (var r = 0; r < free.Length; r++) _state.Free[r][host] = free[r];
    }
}

using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>Whether a running container may go to a host by every filter of placement but the load, which its caller measures.</summary>
internal sealed class MoveRules(ClusterSnapshot canonical)
{
    private readonly ClusterState _state = new(canonical);

    /// <param name="container">What is to go.</param>
    /// <param name="host">Where.</param>
    /// <param name="leaving">Containers that leave the host for it.</param>
    public bool Allows(ContainerSnapshot container, HostSnapshot host, IReadOnlyList<ContainerSnapshot> leaving)
    {
        var target = _state.IndexOf(host.Id);
        var request = new RequestClass(_state, new PlacementRequest("", container.App, 1, container.Limits)
        {
            Owner = container.Owner,
            Volume = container.Volume,
            Constraints = container.Constraints,
        });
        foreach (var one in leaving) _state.Remove(_state.App(one.App), [.. one.Limits], target);
        _state.Focus(request.App);
        var allowed = HostFilters.All.All(f => f.Check(_state, request, target) < 0);
        foreach (var one in leaving) _state.Add(_state.App(one.App), [.. one.Limits], target);
        return allowed;
    }

    public void Moved(ContainerSnapshot container, string from, string to)
    {
        _state.Remove(_state.App(container.App), [.. container.Limits], _state.IndexOf(from));
        _state.Add(_state.App(container.App), [.. container.Limits], _state.IndexOf(to));
    }
}

using System.Collections.Concurrent;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>
/// Gives running containers the bandwidth that is wanted for them now. What a container has is remembered here only: after a
/// restart of the daemon it is set once more, which changes nothing.
/// </summary>
internal sealed class BandwidthKeeper(IAppStore apps, IContainerRuntime runtime, ContainerSpecs specs)
{
    private readonly ConcurrentDictionary<ContainerId, long?> _given = new();

    /// <summary>True while it was not given what is wanted for it.</summary>
    public bool IsDue(App app, Container container) => !_given.TryGetValue(container.Id, out var given) || given != specs.BitsPerSecond(app, container);

    public async Task StepAsync(Container container, CancellationToken token)
    {
        if (await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false) is not { } app)
            return;
        var wanted = specs.BitsPerSecond(app, container);
        if (_given.TryGetValue(container.Id, out var given) && given == wanted)
            return;
        await runtime.LimitBandwidthAsync(container.Id, wanted, token).ConfigureAwait(false);
        _given[container.Id] = wanted;
    }

    /// <summary>It was started with what is wanted for it.</summary>
    public void Started(ContainerId id, long? given) => _given[id] = given;

    public void Forget(ContainerId id) => _given.TryRemove(id, out _);
}

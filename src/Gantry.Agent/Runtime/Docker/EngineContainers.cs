using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet.Models;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>This instance's containers in the engine.</summary>
internal sealed class EngineContainers(EngineLink engine, EngineStatus statuses, IOptions<AgentOptions> options)
{
    private readonly ConcurrentDictionary<ContainerId, bool> _signalled = [];
    private readonly string _instance = options.Value.InstanceName;

    public Task<EngineContainer?> FindAsync(ContainerId id, CancellationToken token) => FindAsync($"{_instance}-{id}", token);

    public async Task<EngineContainer?> FindAsync(string engineId, CancellationToken token) =>
        await engine.TryAskAsync($"look at the container {engineId}", c => c.Containers.InspectContainerAsync(engineId, token)) is { } found
            ? EngineContainer.From(found)
            : null;

    public async Task<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken token)
    {
        var list = await engine.AskAsync("list containers", c => c.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = Filters.Of("label", $"{Labels.InstanceKey}={_instance}") }, token));
        // Each may be removed meanwhile.
        var found = await Task.WhenAll(list.Select(c => FindAsync(c.ID!, token)));
        return [.. found.OfType<EngineContainer>()];
    }

    public ContainerStatus StatusOf(EngineContainer container) => statuses.Of(container, _signalled.ContainsKey(container.Labels.Id));

    /// <summary>Sends a signal; nothing happens when the container does not run.</summary>
    public async Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        if (await FindAsync(id, token) is not { IsRunning: true } container)
            return;
        _signalled[id] = true;
        try
        {
            await engine.AskAsync($"send a signal to {id}", c => c.Containers.KillContainerAsync(
                container.EngineId, new ContainerKillParameters { Signal = signal.ToString(CultureInfo.InvariantCulture) }, token));
        }
        catch (RuntimeException)
        {
            // It may have ended meanwhile.
            if (await FindAsync(id, token) is { IsRunning: true })
                throw;
        }
    }

    public async Task RemoveAsync(string engineId, CancellationToken token) =>
        await engine.TryAskAsync($"remove the container {engineId}", async c =>
        {
            await c.Containers.RemoveContainerAsync(engineId, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, token);
            return engineId;
        });

    public void Forget(ContainerId id) => _signalled.TryRemove(id, out _);
}

using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet.Models;
using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// This instance's containers in the engine. Its list tells states and labels, but neither times, exit codes nor processes,
/// so each container is looked at once in each state, and what was seen is remembered: the states only go forward.
/// </summary>
internal sealed class EngineContainers(EngineLink engine, EngineStatus statuses, TimeProvider time, IOptions<AgentOptions> options)
{
    private const int Kill = 9;

    /// <summary>How long after its end the engine may still learn that a container ended for memory.</summary>
    private static readonly TimeSpan _afterthoughts = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<string, EngineContainer> _seen = [];
    private readonly ConcurrentDictionary<ContainerId, bool> _signalled = [];
    private readonly string _instance = options.Value.InstanceName;

    public Task<EngineContainer?> FindAsync(ContainerId id, CancellationToken token) => FindAsync($"{_instance}-{id}", token);

    public async Task<EngineContainer?> FindAsync(string engineId, CancellationToken token) =>
        await engine.TryAskAsync($"look at the container {engineId}", c => c.Containers.InspectContainerAsync(engineId, token)) is { } found
            ? Remember(EngineContainer.From(found))
            : null;

    public async Task<IReadOnlyList<EngineContainer>> ListAsync(CancellationToken token)
    {
        var list = await engine.AskAsync("list containers", c => c.Containers.ListContainersAsync(
            new ContainersListParameters { All = true, Filters = Filters.Of("label", $"{Labels.InstanceKey}={_instance}") }, token));
        foreach (var gone in _seen.Keys.Except(list.Select(c => c.ID!)))
            _seen.TryRemove(gone, out _);
        // Each may be removed meanwhile.
        var found = await Task.WhenAll(list.Select(c => LookAsync(c, token)));
        return [.. found.OfType<EngineContainer>()];
    }

    public ContainerStatus StatusOf(EngineContainer container) => statuses.Of(container, _signalled.ContainsKey(container.Labels.Id));

    /// <summary>Sends a signal; nothing happens when the container does not run.</summary>
    public async Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        if (await FindAsync(id, token) is not { IsRunning: true } container)
            return;
        _signalled[id] = true;
        await ListeningAsync(container.Pid, signal, token);
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

    /// <summary>
    /// The kernel discards what is sent to the first process of a container before it is ready for it. That is the init,
    /// which blocks all signals and takes them one by one; a container counts as running some milliseconds earlier.
    /// </summary>
    private async Task ListeningAsync(int pid, int signal, CancellationToken token)
    {
        for (var end = time.GetTimestamp() + time.TimestampFrequency; signal != Kill && time.GetTimestamp() < end && !Blocks(pid, signal);)
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, token);
    }

    /// <summary>True also of a process that is gone.</summary>
    private static bool Blocks(int pid, int signal)
    {
        try
        {
            var blocked = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("SigBlk:", StringComparison.Ordinal)).AsSpan(7).Trim();
            return (ulong.Parse(blocked, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & (1UL << (signal - 1))) != 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private async Task<EngineContainer?> LookAsync(ContainerListResponse listed, CancellationToken token) =>
        EngineContainer.StateOf(listed.State!) is var state && state == RuntimeState.Created ? EngineContainer.Waiting(listed)
        : _seen.TryGetValue(listed.ID!, out var seen) && seen.State == state ? seen
        : await FindAsync(listed.ID!, token);

    private EngineContainer Remember(EngineContainer container)
    {
        if (container.IsRunning || (container.FinishedAt is { } end && time.GetUtcNow() - end > _afterthoughts))
            _seen[container.EngineId] = container;
        return container;
    }
}

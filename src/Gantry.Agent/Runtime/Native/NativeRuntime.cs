using Gantry.Agent.Images;
using Gantry.Agent.Metrics;
using Gantry.Domain;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Containers made of crun, overlayfs and the kernel; see docs/design/agent.md.</summary>
internal sealed class NativeRuntime(
    SupervisorLink link, SupervisorLauncher launcher, StatusBoard board, FifoKeeper fifos, ILayerCache layers, UsageSampler sampler) : IContainerRuntime
{
    public async Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token)
    {
        var stack = await layers.EnsureAsync(spec.Stack, token);
        var layer = spec.Layer is { } digest ? await layers.EnsureAsync(digest, token) : null;
        StackMountPoints.Ensure(stack);
        var request = Requests.From(spec, stack, layer, launcher.Settings.DataDirectory);
        var reply = await link.CallAsync(new Request { Number = 0, Operation = Operations.Start, Start = request }, token);
        return StatusBoard.ToStatus(reply.Container!);
    }

    public async Task SignalAsync(ContainerId id, int signal, CancellationToken token) =>
        await link.CallAsync(new Request { Number = 0, Operation = Operations.Signal, Id = id.Value, Signal = signal }, token);

    public async Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        await link.CallAsync(new Request { Number = 0, Operation = Operations.Remove, Id = id.Value }, token);
        board.Feed.Forget(id);
        fifos.Release(id.Value);
    }

    public async Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token)
    {
        var reply = await link.CallAsync(new Request { Number = 0, Operation = Operations.List }, token);
        return [.. reply.Containers!.Select(StatusBoard.ToStatus)];
    }

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => board.Feed.WaitForExitAsync(
        id, async () => (await ListAsync(token)).FirstOrDefault(s => s.Id == id), token);

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token) => board.Feed.Watch(token);

    public async Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token)
    {
        using var receiver = new TerminalReceiver(launcher.Settings.RunDirectory);
        var attached = link.CallAsync(
            new Request { Number = 0, Operation = Operations.Attach, Id = id.Value, ConsoleSocket = receiver.Path }, token);
        var handle = receiver.ReceiveAsync(token);
        if (await Task.WhenAny(attached, handle) == attached)
            await attached;
        var terminal = new Terminal(await handle);
        await attached;
        return terminal;
    }

    public async Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) =>
        await link.CallAsync(new Request { Number = 0, Operation = Operations.Bandwidth, Id = id.Value, BitsPerSecond = bitsPerSecond }, token);

    public async Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token)
    {
        var reply = await link.CallAsync(new Request { Number = 0, Operation = Operations.List }, token);
        var lost = reply.Containers!.Where(c => c.LostLogLines > 0).ToDictionary(c => new ContainerId(c.Id), c => c.LostLogLines);
        return [.. sampler.Sample([.. reply.Containers!.Where(c => c.State == States.Running).Select(Target)])
            .Select(usage => lost.TryGetValue(usage.Id, out var lines) ? usage with { LostLogLines = lines } : usage)];
    }

    private MetricTarget Target(ContainerRecord record) => new(
        new ContainerId(record.Id), $"{launcher.Settings.CgroupParent}/{record.Id}",
        NetworkCounters.HostSide($"{launcher.Settings.InterfacePrefix}{record.Slot}"), record.MemoryBytes, record.SwapBytes);

    public async Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        await ContainerUploads.PutAsync(await HostPathAsync(id, "/tmp", token), name, content, maxBytes, token);

    public async Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token)
    {
        var reply = await link.CallAsync(
            new Request { Number = 0, Operation = Operations.HostPath, Id = id.Value, ContainerPath = containerPath }, token);
        return reply.Path!;
    }
}

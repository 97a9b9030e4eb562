using Docker.DotNet.Models;
using Gantry.Agent.Images;
using Gantry.Agent.Logs.Syslog;
using Gantry.Agent.Metrics;
using Gantry.Domain;
using Gantry.Linux.Kernel;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>Containers of a Docker Engine on this host; see docs/design/agent.md.</summary>
internal sealed class DockerRuntime(
    EngineLink engine, EngineContainers containers, EngineStatus statuses, StackImages images, ILayerCache layers, ContainerFolders folders, Networks networks,
    PacketFilter filter, ContainerSettings settings, ISyslogListener syslog, LogEnds logs, StatusFeed feed, UsageSampler sampler, IOptions<AgentOptions> options) : IContainerRuntime
{
    private const int HangUp = 1;
    private const int Kill = 9;

    public async Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token)
    {
        if (await containers.FindAsync(spec.Id, token) is { } known && (spec.Terminal || known.State != RuntimeState.Created))
            return containers.StatusOf(known);
        try
        {
            var engineId = await CreateAsync(spec, token);
            if (!spec.Terminal)
                await StartAsync(engineId, spec.Limits.BitsPerSecond, token);
            return containers.StatusOf((await containers.FindAsync(engineId, token))!);
        }
        catch
        {
            await RemoveAsync(spec.Id, CancellationToken.None);
            throw;
        }
    }

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token) => containers.SignalAsync(id, signal, token);

    public async Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        if (await containers.FindAsync(id, token) is { } container)
        {
            await EndAsync(id, container, token);
            await containers.RemoveAsync(container.EngineId, token);
            logs.EndSoon(id, container.Labels.LogTag);
        }
        else if (folders.ReadEnd(id) is null)
            folders.Remove(id);

        await networks.RemoveAsync(id, token);
        feed.Forget(id);
        containers.Forget(id);
    }

    public async Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) =>
        [.. (await containers.ListAsync(token)).Select(containers.StatusOf)];

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => feed.WaitForExitAsync(
        id, async () => await containers.FindAsync(id, token) is { } container ? containers.StatusOf(container) : null, token);

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token) => feed.Watch(token);

    public async Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token)
    {
        var container = await containers.FindAsync(id, token) ?? throw new RuntimeException($"There is no container {id} on this host to attach to.", false);
        if (!container.Labels.Terminal || container.State != RuntimeState.Created)
            throw new RuntimeException($"The container {id} has no terminal that waits for its user: it has none, somebody is attached, or it has ended.", false);
        var stream = await engine.AskAsync($"attach to {id}", c => c.Containers.AttachContainerAsync(
            container.EngineId, new ContainerAttachParameters { Stream = true, Stdin = true, Stdout = true, Stderr = true }, token));
        try
        {
            await StartAsync(container.EngineId, container.Labels.BitsPerSecond, token);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        return new EngineTerminal(
            stream,
            size => engine.AskAsync($"resize the terminal of {id}", c => c.Containers.ResizeContainerTtyAsync(container.EngineId, size, CancellationToken.None)),
            () => containers.SignalAsync(id, HangUp, CancellationToken.None));
    }

    public async Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token)
    {
        if (await containers.FindAsync(id, token) is { IsRunning: true } container)
            Limit(container, bitsPerSecond);
    }

    public async Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token)
    {
        var running = (await containers.ListAsync(token)).Where(c => c.IsRunning).ToDictionary(c => c.Labels.Id);
        return [.. sampler.Sample([.. running.Values.Select(Target)])
            .Select(usage => usage with { LostLogLines = syslog.LostLines(running[usage.Id].Labels.LogTag) })];
    }

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        ContainerUploads.PutAsync(folders.Find(id, "/tmp"), name, content, maxBytes, token);

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => Task.FromResult(folders.Find(id, containerPath));

    /// <summary>All that a container needs is there under names made from its id, so a second try finds what the first one left.</summary>
    private async Task<string> CreateAsync(ContainerSpec spec, CancellationToken token)
    {
        await filter.EnsureAsync(token);
        var image = await images.EnsureAsync(spec.Stack, token);
        var layer = spec.Layer is { } digest ? await layers.EnsureAsync(digest, token) : null;
        if (await containers.FindAsync(spec.Id, token) is { } half)
            await containers.RemoveAsync(half.EngineId, token);
        await folders.MakeAsync(spec, layer, token);
        var (network, address) = await networks.EnsureAsync(spec.Id, token);
        await filter.HoldAsync(token);
        var tag = syslog.Register(new SyslogSource(spec.Log.AppId, spec.Log.Name, spec.Id, spec.Limits.LogLinesPerMinute, spec.Limits.LogBytesPerMinute));
        var labels = new Labels(
            options.Value.InstanceName, spec.Id, statuses.BootId, address, spec.Terminal, spec.Limits.MemoryBytes, spec.Limits.SwapBytes, spec.Limits.MaxRuntime, spec.Limits.BitsPerSecond, tag);
        try
        {
            var created = await engine.AskAsync(
                $"make the container {spec.Id}", c => c.Containers.CreateContainerAsync(settings.From(spec, image, network, labels), token));
            return created.ID!;
        }
        catch
        {
            syslog.Complete(tag);
            throw;
        }
    }

    /// <summary>The engine has no hook before the first process, so its first packets may leave unlimited.</summary>
    private async Task StartAsync(string engineId, long? bitsPerSecond, CancellationToken token)
    {
        await engine.AskAsync($"start the container {engineId}", c => c.Containers.StartContainerAsync(engineId, new ContainerStartParameters(), token));
        if (bitsPerSecond is not null && await containers.FindAsync(engineId, token) is { IsRunning: true } started)
            Limit(started, bitsPerSecond);
    }

    private static void Limit(EngineContainer container, long? bitsPerSecond)
    {
        try
        {
            Bandwidth.OfProcess(container.Pid, bitsPerSecond);
        }
        catch (LinuxException e)
        {
            throw new RuntimeException($"The bandwidth of {container.Labels.Id} could not be limited: {e.Message}", true, e);
        }
    }

    /// <summary>Its waiters are told of the end before there is nothing left to ask.</summary>
    private async Task EndAsync(ContainerId id, EngineContainer container, CancellationToken token)
    {
        if (container.IsRunning)
        {
            await containers.SignalAsync(id, Kill, token);
            await engine.TryAskAsync($"wait for {id}", c => c.Containers.WaitContainerAsync(container.EngineId, token));
        }

        if (await containers.FindAsync(id, token) is not { } ended)
            return;
        var status = containers.StatusOf(ended);
        feed.Post(status.State == RuntimeState.Exited
            ? status
            : status with { State = RuntimeState.Exited, ExitReason = "It was removed before it started." });
    }

    private MetricTarget Target(EngineContainer container) => new(
        container.Labels.Id, statuses.CgroupOf(container.EngineId).TrimStart('/'), NetworkCounters.Namespace(container.Pid, "eth0"),
        container.Labels.MemoryBytes, container.Labels.SwapBytes);
}

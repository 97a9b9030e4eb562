using Gantry.Agent.Runtime;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;

namespace Gantry.Control.Metering;

/// <summary>A runtime that forgets no container before its end is written down, whoever removes it.</summary>
internal sealed class MeteredRuntime(IContainerRuntime runtime, HostSessions hosts, UsageMeter meter) : IContainerRuntime
{
    private const int SigKill = 9;

    private readonly IContainerRuntime _here = runtime is ClusterRuntime cluster ? cluster.Local : runtime;

    public async Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        // Of the one host that has it: all of them have a hundred thousand.
        var status = hosts.Of(id) is { } session ? session.StatusOf(id)
            : (await _here.ListAsync(token).ConfigureAwait(false)).FirstOrDefault(s => s.Id == id);
        if (status?.State == RuntimeState.Running)
        {
            await runtime.SignalAsync(id, SigKill, token).ConfigureAwait(false);
            status = await runtime.WaitAsync(id, token).ConfigureAwait(false);
        }

        if (status?.State == RuntimeState.Exited)
            await meter.CloseAsync(status, hosts.Of(id), token).ConfigureAwait(false);
        await runtime.RemoveAsync(id, token).ConfigureAwait(false);
    }

    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => runtime.StartAsync(spec, token);

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token) => runtime.SignalAsync(id, signal, token);

    public Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) => runtime.ListAsync(token);

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => runtime.WaitAsync(id, token);

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token) => runtime.WatchAsync(token);

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => runtime.AttachAsync(id, token);

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) => runtime.LimitBandwidthAsync(id, bitsPerSecond, token);

    public Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) => runtime.SampleAsync(token);

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) =>
        runtime.PutFileAsync(id, name, content, maxBytes, token);

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => runtime.HostPathAsync(id, containerPath, token);
}

using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>What operators ask of a host as a whole.</summary>
internal sealed class HostControl(SupervisorLink link) : IHostCleanup, IHostFacts
{
    public async Task PurgeAsync(CancellationToken token) =>
        await link.CallAsync(new Request { Number = 0, Operation = Operations.Shutdown }, token);

    public async Task<HostFacts> GetAsync(CancellationToken token)
    {
        var host = (await link.CallAsync(new Request { Number = 0, Operation = Operations.Hello }, token)).Host!;
        return new HostFacts(host.Pid, host.IdmappedMounts, host.CgroupV2, host.SwapAccounting, TimeSpan.FromMicroseconds(host.NetworkMicroseconds));
    }
}

using System.Globalization;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Native;

/// <summary>What operators ask of a host as a whole.</summary>
internal sealed class HostControl(SupervisorLink link, IOptions<AgentOptions> options) : IHostCleanup, IHostFacts
{
    public async Task PurgeAsync(CancellationToken token) =>
        await link.CallAsync(new Request { Number = 0, Operation = Operations.Shutdown }, token);

    public async Task<HostFacts> GetAsync(CancellationToken token)
    {
        var host = (await link.CallAsync(new Request { Number = 0, Operation = Operations.Hello }, token)).Host!;
        return new HostFacts(host.Pid, host.IdmappedMounts, host.CgroupV2, host.SwapAccounting)
        {
            Runtime = RuntimeKind.Native,
            Program = string.Create(CultureInfo.InvariantCulture, $"crun at {options.Value.CrunPath}, held by the supervisor (process {host.Pid})"),
            DiskLimits = DiskFacts.LimitsOf(options.Value.DataDirectory),
            NetworkSetup = TimeSpan.FromMicroseconds(host.NetworkMicroseconds),
        };
    }
}

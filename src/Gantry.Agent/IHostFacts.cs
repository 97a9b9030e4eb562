namespace Gantry.Agent;

/// <summary>What the runtime found out about its host, for people and checks.</summary>
public interface IHostFacts
{
    Task<HostFacts> GetAsync(CancellationToken token);
}

/// <param name="SupervisorPid">Process id of the supervisor.</param>
/// <param name="IdmappedMounts">True when each container has a user namespace, with file owners mapped per mount; false when each has a plain user of its own, or Docker's.</param>
/// <param name="CgroupV2">False on hosts with cgroup v1 or both.</param>
/// <param name="SwapAccounting">False when the kernel cannot limit swap.</param>
/// <param name="NetworkSetup">Median time that namespaces, interfaces, routes and bandwidth of a container took lately; 0 when nobody measures it.</param>
public sealed record HostFacts(int SupervisorPid, bool IdmappedMounts, bool CgroupV2, bool SwapAccounting, TimeSpan NetworkSetup = default);

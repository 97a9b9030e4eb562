using Gantry.Domain;

namespace Gantry.Agent.Metrics;

/// <summary>A container as the sampler sees it, whichever runtime it belongs to. Limits in bytes.</summary>
/// <param name="Cgroup">Path of its control group below the root of each hierarchy, without a leading slash: <c>gantry/ct-1</c>.</param>
/// <param name="Network">Where its traffic is counted; null when it has no network of its own.</param>
public sealed record MetricTarget(ContainerId Id, string Cgroup, NetworkCounters? Network, long MemoryLimitBytes, long SwapLimitBytes);

/// <summary>Where a container's traffic is counted: on the host's side of its interface, or in the namespace of a process.</summary>
public sealed record NetworkCounters
{
    private NetworkCounters(string path, string device, bool mirrored) => (Path, Device, Mirrored) = (path, device, mirrored);

    internal string Path { get; }
    internal string Device { get; }

    /// <summary>What the host's side receives, the container has sent.</summary>
    internal bool Mirrored { get; }

    /// <param name="device">The host's side of a veth pair.</param>
    public static NetworkCounters HostSide(string device) => new($"/sys/class/net/{device}/statistics", device, mirrored: true);

    /// <param name="device">The interface inside, usually <c>eth0</c>.</param>
    public static NetworkCounters Namespace(int pid, string device) => new($"/proc/{pid}/net/dev", device, mirrored: false);
}

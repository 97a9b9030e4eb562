using Gantry.Linux.Kernel;

namespace Gantry.Agent.Metrics;

/// <summary>The clock of the host that nobody can set; for measuring how long something ran.</summary>
public interface IHostClock
{
    /// <summary>Tells one run of the kernel from another.</summary>
    string BootId { get; }

    /// <summary>Since the host started, sleep included.</summary>
    TimeSpan Uptime { get; }
}

internal sealed class HostClock : IHostClock
{
    public string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    public TimeSpan Uptime => BootClock.Uptime;
}

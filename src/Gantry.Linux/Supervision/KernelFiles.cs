namespace Gantry.Linux.Supervision;

/// <summary>Files of the kernel that tell of the host, or change it, and that no app needs.</summary>
internal static class KernelFiles
{
    /// <summary>Look empty inside. What a kernel does not have is passed over.</summary>
    public static IReadOnlyList<string> Masked { get; } =
    [
        "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/proc/kallsyms", "/proc/kmsg", "/proc/interrupts", "/sys/firmware",
        "/sys/devices/virtual/powercap", "/sys/dev/block", "/sys/fs/selinux",
    ];

    /// <summary>Can be read inside, and not written.</summary>
    public static IReadOnlyList<string> ReadOnly { get; } = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
}

namespace Gantry.Agent.Security;

/// <summary>CIS Docker Benchmark 1.6.0, section 5, for containers of either runtime.</summary>
internal static class CisRules
{
    private const int SysAdmin = 21;

    private static readonly string[] SensitiveDirectories = ["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr", "/var", "/root", "/home"];

    public static IReadOnlyList<ContainerRule> OfContainers { get; } =
    [
        new("5.2", "An AppArmor profile is enabled, if applicable", c => Labelled(c.AppArmor, "AppArmor")),
        new("5.3", "SELinux security options are set, if applicable", c => Labelled(c.SeLinux, "SELinux")),
        new("5.4", "Linux kernel capabilities are restricted", c => new(
            c.Init.Capabilities == 0, $"Capabilities of its first process, all sets together: {c.Init.Capabilities:x16}.")),
        new("5.5", "Privileged containers are not used", c => new(
            (c.Init.Capabilities >> SysAdmin & 1) == 0 && c.Init.Seccomp == 2 && c.Devices.Count == 0,
            $"CAP_SYS_ADMIN {((c.Init.Capabilities >> SysAdmin & 1) == 0 ? "is not" : "is")} in its sets, {Filtered(c)}, {Devices(c)}.")),
        new("5.6", "Sensitive host directories are not mounted", c => Absent(
            c.Mounts.Where(m => m.Device == c.HostRootDevice && SensitiveDirectories.Contains(m.Root)).Select(m => $"{m.Root} of the host is at {m.Target}"),
            $"{c.Mounts.Count} mounts, none is a system directory of the host.")),
        new("5.7", "sshd is not run within containers", c => Absent(
            c.Processes.Where(p => p.Name == "sshd").Select(p => $"process {p.Pid} is sshd"), $"{c.Processes.Count} processes, none is sshd.")),
        new("5.10", "The host's network namespace is not shared", c => NotShared(c, "net")),
        new("5.11", "Memory is limited", c => new(c.MemoryLimit is not null, $"Memory limit: {c.MemoryLimit?.ToString() ?? "none"} bytes.")),
        new("5.12", "CPU priority is set", c => new(c.CpuWeight is not null, $"CPU weight of its control group: {c.CpuWeight?.ToString() ?? "none"}.")),
        new("5.13", "The root file system is mounted read-only", c => new(
            RootIsReadOnly(c), $"Mount options of its root: {c.Mounts.LastOrDefault(m => m.Target == "/")?.Options ?? "unknown"}.")),
        new("5.16", "The host's process namespace is not shared", c => NotShared(c, "pid")),
        new("5.17", "The host's IPC namespace is not shared", c => NotShared(c, "ipc")),
        new("5.18", "Host devices are not exposed", c => new(c.Devices.Count == 0, $"In its /dev, {Devices(c)}.")),
        new("5.19", "Default ulimits are overwritten", c => new(
            c is { OpenFilesLimit: not null, CoreLimit: 0 }, $"Open files: {c.OpenFilesLimit?.ToString() ?? "unlimited"}, core files: {c.CoreLimit?.ToString() ?? "unlimited"}.")),
        new("5.20", "Mount propagation is not shared", c => Absent(
            c.Mounts.Where(m => m.IsShared).Select(m => $"{m.Target} is shared"), $"{c.Mounts.Count} mounts, none is shared.")),
        new("5.21", "The host's UTS namespace is not shared", c => NotShared(c, "uts")),
        new("5.22", "The default seccomp profile is not disabled", c => new(c.Init.Seccomp == 2, $"Its first process {Filtered(c)}.")),
        new("5.23", "Nothing is executed with privileges", c => Absent(
            c.Processes.Where(p => p.Capabilities != 0).Select(p => $"process {p.Pid} ({p.Name}) has capabilities {p.Capabilities:x16}"),
            $"{c.Processes.Count} processes, none has a capability.")),
        new("5.24", "Nothing is executed as root", c => Absent(
            c.Processes.Where(p => p.InnerUid == 0).Select(p => $"process {p.Pid} ({p.Name}) is root inside"), $"{c.Processes.Count} processes, none is root inside.")),
        new("5.25", "Control group usage is confirmed", c => new(
            c is { MemoryLimit: not null, PidsLimit: not null, CpuWeight: not null }, "Looked for its groups of memory, pids and cpu, and their limits.")),
        new("5.26", "Additional privileges cannot be acquired", c => new(
            c.Processes.All(p => p.NoNewPrivileges), $"no_new_privs is set for {c.Processes.Count(p => p.NoNewPrivileges)} of {c.Processes.Count} processes.")),
        new("5.29", "A limit of processes is used", c => new(c.PidsLimit is not null, $"Most processes: {c.PidsLimit?.ToString() ?? "unlimited"}.")),
        new("5.31", "The host's user namespace is not shared", c => NotShared(c, "user")),
        new("5.32", "The Docker socket is not mounted", c => Absent(
            c.Mounts.Where(m => m.Root.EndsWith("/docker.sock", StringComparison.Ordinal) || m.Target.EndsWith("/docker.sock", StringComparison.Ordinal))
                .Select(m => $"{m.Root} is at {m.Target}"), $"{c.Mounts.Count} mounts, none is docker.sock.")),
    ];

    public static IReadOnlyList<HostRule> OfHost { get; } =
    [
        new("5.1", "Swarm mode is not enabled", h => new(!h.SwarmListens, $"Port 2377 of this host {(h.SwarmListens ? "is open" : "is closed")}.")),
        new("5.8", "Privileged ports are not mapped", _ => Finding.NotApplicable("No port of the host is mapped to a container: requests come by the router.")),
        new("5.9", "Only needed ports are open", h => Closed(h)),
        new("5.14", "Incoming traffic is bound to a host interface", h => Closed(h)),
        new("5.15", "Restarts after failures are bounded", _ => Finding.NotApplicable("No engine restarts containers: Gantry's crash policy does, later each time, and gives up.")),
        new("5.27", "Health is checked at runtime", _ => Finding.NotApplicable("No engine checks health: a container gets traffic once its port accepts, and the router leaves out those that break connections.")),
        new("5.28", "Images are the latest version", _ => Finding.NotApplicable("Images are named by digest; the operator patches stacks.")),
        new("5.30", "The bridge docker0 is not used", h => new(!h.UsesDocker0, h.UsesDocker0 ? "docker0 has members." : "No interface is a member of docker0.")),
    ];

    internal static bool RootIsReadOnly(ContainerFacts c) => c.Mounts.LastOrDefault(m => m.Target == "/")?.Options.Split(',').Contains("ro") == true;

    private static Finding Closed(HostView h) => new(
        h.Filter.ClosesContainers, h.Filter.ClosesContainers ? "The packet filter drops what comes from outside to a container." : "No rule of the packet filter keeps the outside from containers.");

    private static Finding Labelled(string? label, string module) => label is null
        ? Finding.NotApplicable($"The kernel has no {module}.")
        : new(label != "unconfined", $"Label: {label}.");

    private static Finding NotShared(ContainerFacts c, string kind) => c.SharedNamespaces.Contains(kind)
        ? new(false, $"Its {kind} namespace is the host's.")
        : new(true, $"Its {kind} namespace is its own.");

    private static Finding Absent(IEnumerable<string> troubles, string good) =>
        string.Join("; ", troubles.Take(3)) is { Length: > 0 } seen ? new(false, seen + ".") : new(true, good);

    private static string Filtered(ContainerFacts c) => c.Init.Seccomp == 2 ? "has a seccomp filter" : "has no seccomp filter";

    private static string Devices(ContainerFacts c) => c.Devices.Count == 0 ? "no devices but the usual" : $"these devices: {string.Join(", ", c.Devices.Take(5))}";
}

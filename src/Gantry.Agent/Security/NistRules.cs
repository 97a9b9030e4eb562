namespace Gantry.Agent.Security;

/// <summary>NIST SP 800-190, section 4: the countermeasures that show on a host.</summary>
internal static class NistRules
{
    public static IReadOnlyList<ContainerRule> OfContainers { get; } =
    [
        new("4.1.2", "Image configuration: no root, no remote administration", c => new(
            c.Processes.All(p => p.InnerUid != 0 && p.Name != "sshd"), $"{c.Processes.Count} processes, {c.Processes.Count(p => p.InnerUid == 0)} are root inside, {c.Processes.Count(p => p.Name == "sshd")} are sshd.")),
        new("4.4.3", "Secure runtime configuration", c => new(
            c.Init is { Capabilities: 0, Seccomp: 2, NoNewPrivileges: true },
            $"Capabilities {c.Init.Capabilities:x16}, seccomp mode {c.Init.Seccomp}, no_new_privs {(c.Init.NoNewPrivileges ? "set" : "not set")}.")),
        new("4.4.4", "App vulnerabilities: read-only root, bounded resources", c => new(
            CisRules.RootIsReadOnly(c) && c is { MemoryLimit: not null, PidsLimit: not null },
            $"Root {(CisRules.RootIsReadOnly(c) ? "read-only" : "writable")}, memory {c.MemoryLimit?.ToString() ?? "unlimited"}, processes {c.PidsLimit?.ToString() ?? "unlimited"}.")),
        new("4.5.2", "Shared kernel: isolated from other containers", c => new(
            c.SharedNamespaces.Count == 0, c.SharedNamespaces.Count == 0 ? "All its namespaces are its own." : $"Shared with the host: {string.Join(", ", c.SharedNamespaces)}.")),
        new("4.5.5", "Host file system tampering", c => CisRules.OfContainers.Single(r => r.Number == "5.6").Look(c)),
    ];

    public static IReadOnlyList<HostRule> OfHost { get; } =
    [
        new("4.1.1", "Image vulnerabilities", _ => Finding.NotApplicable("No host can see it: patch the stack, and all its apps are rolled out on it.")),
        new("4.3.3", "Inter-container traffic is separated", h => new(
            h.Filter is { SeparatesContainers: true, DropsSpoofed: true },
            $"The packet filter {(h.Filter.SeparatesContainers ? "drops" : "does not drop")} what one container sends to another, and {(h.Filter.DropsSpoofed ? "drops" : "does not drop")} foreign source addresses.")),
        new("4.3.4", "Mixing of workload sensitivity levels", _ => Finding.NotApplicable("Which apps may share a host is the operator's to say.")),
        new("4.4.1", "Vulnerabilities within the runtime", _ => Finding.NotApplicable("No host can see it: crun comes from the distribution; install its updates.")),
        new("4.4.2", "Network access from containers is bounded", h => new(
            h.Filter is { ClosesHost: true, SeparatesContainers: true },
            $"The packet filter {(h.Filter.ClosesHost ? "drops" : "does not drop")} what containers send to the host, and {(h.Filter.SeparatesContainers ? "drops" : "does not drop")} what they send to each other.")),
        new("4.4.5", "No rogue containers", h => h.Unknown is null
            ? Finding.NotApplicable("The engine names control groups its own way.")
            : new(h.Unknown.Count == 0, h.Unknown.Count == 0 ? $"All {h.Containers.Count} groups with processes are containers that the runtime knows." : $"Unknown to the runtime: {string.Join(", ", h.Unknown)}.")),
        new("4.5.3", "Host component vulnerabilities", _ => Finding.NotApplicable("No program of Gantry sees it: install the distribution's updates.")),
        new("4.5.4", "Improper user access rights", _ => Finding.NotApplicable("Who may log in to this host is the operator's to say.")),
    ];
}

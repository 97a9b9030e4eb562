using Gantry.Agent.Runtime;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Security;

/// <summary>Applies the rules to what this host shows.</summary>
internal sealed class SecurityAudit(IContainerRuntime runtime, IOptions<AgentOptions> options) : ISecurityAudit
{
    private const int SwarmPort = 2377;

    public async Task<IReadOnlyList<SecurityItem>> CheckAsync(CancellationToken token)
    {
        var host = await LookAsync(token);
        SecurityItem[] items =
        [
            .. CisRules.OfContainers.Select(r => Judge(Checklists.Cis, r, host.Containers)), .. CisRules.OfHost.Select(r => Judge(Checklists.Cis, r, host)),
            .. NistRules.OfContainers.Select(r => Judge(Checklists.Nist, r, host.Containers)), .. NistRules.OfHost.Select(r => Judge(Checklists.Nist, r, host)),
        ];
        return [.. items.OrderBy(i => i.Checklist).ThenBy(i => Version.Parse(i.Number))];
    }

    internal static SecurityItem Judge(string checklist, ContainerRule rule, IReadOnlyList<ContainerFacts> containers)
    {
        var findings = containers.Select(c => (c.Name, Finding: rule.Look(c))).ToList();
        var bad = findings.Where(f => f.Finding.Holds == false).ToList();
        SecurityItem Item(SecurityVerdict verdict, string seen) => new(checklist, rule.Number, rule.Title, verdict, seen);
        if (findings.Count == 0)
            return Item(SecurityVerdict.NotApplicable, "No container runs on this host: look again when one does.");
        if (bad.Count > 0)
            return Item(SecurityVerdict.NotMet, $"{bad[0].Name}: {bad[0].Finding.Seen}" + (bad.Count > 1 ? $" Likewise {bad.Count - 1} more." : ""));
        var first = findings[0];
        return Item(
            first.Finding.Holds is null ? SecurityVerdict.NotApplicable : SecurityVerdict.Met,
            first.Finding.Holds is null ? first.Finding.Seen : $"{findings.Count} looked at; {first.Name}: {first.Finding.Seen}");
    }

    private static SecurityItem Judge(string checklist, HostRule rule, HostView host)
    {
        var finding = rule.Look(host);
        var verdict = finding.Holds switch { true => SecurityVerdict.Met, false => SecurityVerdict.NotMet, null => SecurityVerdict.NotApplicable };
        return new SecurityItem(checklist, rule.Number, rule.Title, verdict, finding.Seen);
    }

    private async Task<HostView> LookAsync(CancellationToken token)
    {
        var native = options.Value.Runtime == RuntimeKind.Native;
        var containers = new ContainerProbe(native ? options.Value.InstanceName : options.Value.EffectiveCgroupParent.TrimStart('/')).Look();
        var known = (await runtime.ListAsync(token)).Select(c => c.Id.Value).ToHashSet();
        return new HostView(
            await HostFilter.ReadAsync(options.Value.InstanceName, token), containers, Listens(SwarmPort),
            Directory.Exists("/sys/class/net/docker0/brif") && Directory.EnumerateFileSystemEntries("/sys/class/net/docker0/brif").Any(),
            native ? [.. containers.Select(c => c.Name).Where(n => !known.Contains(n))] : null);
    }

    /// <summary>"  0: 00000000:0949 00000000:0000 0A …": state 0A listens.</summary>
    private static bool Listens(int port) => new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Any(f => f.Length > 3 && f[3] == "0A" && f[1].EndsWith($":{port:X4}", StringComparison.Ordinal));
}

using Gantry.Agent.Security;

namespace Gantry.Agent.Tests.Security;

/// <summary>Each rule tells a good container from one that is bad in that respect alone.</summary>
public sealed class SecurityRulesTests
{
    private static readonly MountFacts Root = new("254:0", "/var/lib/gantry/layers/aa", "/", "ro,nosuid", false);

    private static readonly ContainerFacts Good = new()
    {
        Name = "ct-1", Processes = [new ProcessFacts(7, "tini", 0, 1000, true, 2)], SharedNamespaces = [], Mounts = [Root],
        HostRootDevice = "254:0", Devices = [], MemoryLimit = 1 << 20, CpuWeight = 512, PidsLimit = 64, OpenFilesLimit = 4096, CoreLimit = 0,
        AppArmor = "gantry (enforce)", SeLinux = "system_u:system_r:container_t:s0",
    };

    public static TheoryData<string> Numbers => [.. CisRules.OfContainers.Concat(NistRules.OfContainers).Select(r => r.Number)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Rule_OfAGoodContainer_IsMet(string number) => Assert.Equal(SecurityVerdict.Met, Judge(number, Good));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Rule_OfABadContainer_IsNotMet(string number) => Assert.Equal(SecurityVerdict.NotMet, Judge(number, Bad(number)));

    [Fact]
    public void Rule_OfALabelThatTheKernelDoesNotHave_IsNotApplicable() =>
        Assert.Equal(SecurityVerdict.NotApplicable, Judge("5.2", Good with { AppArmor = null }));

    [Fact]
    public void Rule_WithOneBadContainerAmongGoodOnes_NamesIt()
    {
        var item = SecurityAudit.Judge(Checklists.Cis, CisRules.OfContainers.Single(r => r.Number == "5.11"), [Good, Good with { Name = "ct-2", MemoryLimit = null }]);
        Assert.Equal(SecurityVerdict.NotMet, item.Verdict);
        Assert.StartsWith("ct-2: Memory limit: none", item.Seen);
    }

    private static ContainerFacts Bad(string number) => number switch
    {
        "5.2" => Good with { AppArmor = "unconfined" },
        "5.3" => Good with { SeLinux = "unconfined" },
        "5.4" or "5.5" or "5.23" or "4.4.3" => Good with { Processes = [Good.Init with { Capabilities = 1 << 21 }] },
        "5.6" or "4.5.5" => Good with { Mounts = [Root, Root with { Root = "/etc", Target = "/app/etc" }] },
        "5.7" or "4.1.2" => Good with { Processes = [Good.Init, Good.Init with { Name = "sshd" }] },
        "5.10" => Shares("net"),
        "5.11" or "4.4.4" or "5.25" => Good with { MemoryLimit = null },
        "5.12" => Good with { CpuWeight = null },
        "5.13" => Good with { Mounts = [Root with { Options = "rw" }] },
        "5.16" => Shares("pid"),
        "5.17" => Shares("ipc"),
        "5.18" => Good with { Devices = ["sda"] },
        "5.19" => Good with { OpenFilesLimit = null },
        "5.20" => Good with { Mounts = [Root with { IsShared = true }] },
        "5.21" => Shares("uts"),
        "5.22" => Good with { Processes = [Good.Init with { Seccomp = 0 }] },
        "5.24" => Good with { Processes = [Good.Init, Good.Init with { InnerUid = 0 }] },
        "5.26" => Good with { Processes = [Good.Init, Good.Init with { NoNewPrivileges = false }] },
        "5.29" => Good with { PidsLimit = null },
        "5.31" or "4.5.2" => Shares("user"),
        "5.32" => Good with { Mounts = [Root, Root with { Root = "/docker.sock", Target = "/run/docker.sock" }] },
        _ => throw new ArgumentException($"Say what is bad for {number}."),
    };

    private static ContainerFacts Shares(string kind) => Good with { SharedNamespaces = [kind] };

    private static SecurityVerdict Judge(string number, ContainerFacts facts) =>
        SecurityAudit.Judge("", CisRules.OfContainers.Concat(NistRules.OfContainers).Single(r => r.Number == number), [facts]).Verdict;
}

using Gantry.Agent.Security;
using Gantry.Agent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Security;

/// <summary>What the audit says of real containers, and of processes that are none in a container's place.</summary>
public sealed class SecurityAuditTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Containers_AsTheyAreMade_MeetAllThatTheirHostCanMeet()
    {
        var spec = host.Spec("sleep 600", layer: true);
        await host.Runtime.StartAsync(spec, Token);
        var items = await CheckAsync();
        await host.Runtime.RemoveAsync(spec.Id, Token);
        // Whether the kernel has AppArmor or SELinux is the host's affair.
        Assert.DoesNotContain(items, i => i.Verdict == SecurityVerdict.NotMet && i.Number is not ("5.2" or "5.3"));
        Assert.Equal(32, items.Count(i => i.Checklist == Checklists.Cis));
        Assert.Contains(spec.Id.Value, Of(items, "5.4").Seen);
        Assert.Contains("67108864 bytes", Of(items, "5.11").Seen);
        Assert.Contains(": 64.", Of(items, "5.29").Seen);
    }

    [Fact]
    public async Task Containers_ThatAreNoneAtAll_MeetNothing()
    {
        // A plain process of root, with all rights and the host's namespaces, where containers are.
        var groups = (await Shell.RunAsync($"for c in memory pids cpu; do [ ! -d /sys/fs/cgroup/$c ] || echo /sys/fs/cgroup/$c/{host.Name}/rogue; done")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (groups.Length == 0)
            groups = [$"/sys/fs/cgroup/{host.Name}/rogue"];
        // The parent group is there once a first container was.
        await host.RunAsync("true");
        await Shell.RunAsync($"mkdir {string.Join(' ', groups)}");
        var pid = (await Shell.RunAsync("setsid sleep 600 >/dev/null 2>&1 & echo $!")).Trim();
        try
        {
            foreach (var group in groups)
                await File.WriteAllTextAsync($"{group}/cgroup.procs", pid, Token);
            var items = await CheckAsync();
            string[] unmet = ["5.4", "5.5", "5.10", "5.11", "5.13", "5.16", "5.17", "5.21", "5.22", "5.23", "5.24", "5.25", "5.26", "5.29", "5.31", "4.1.2", "4.4.3", "4.4.4", "4.4.5", "4.5.2", "4.5.5", "5.6"];
            Assert.All(unmet, number => Assert.Equal((number, SecurityVerdict.NotMet), (number, Of(items, number).Verdict)));
            Assert.Contains("rogue: Capabilities", Of(items, "5.4").Seen);
        }
        finally
        {
            await Shell.RunAsync($"kill {pid}; for i in $(seq 100); do rmdir {string.Join(' ', groups)} 2>/dev/null && break; sleep 0.05; done");
        }
    }

    [Fact]
    public async Task Filter_ThatIsGone_IsNotMet()
    {
        // The table is there once a first container was.
        await host.RunAsync("true");
        var rules = await Shell.RunAsync($"nft list table inet {host.Name}");
        await Shell.RunAsync($"nft delete chain inet {host.Name} host; nft flush chain inet {host.Name} outwards; nft flush chain inet {host.Name} routed; nft flush chain inet {host.Name} source");
        try
        {
            var items = await CheckAsync();
            Assert.All(["5.9", "5.14", "4.3.3", "4.4.2"], number => Assert.Equal((number, SecurityVerdict.NotMet), (number, Of(items, number).Verdict)));
        }
        finally
        {
            await File.WriteAllTextAsync(Path.Combine(host.Directory, "rules.nft"), $"delete table inet {host.Name}\n{rules}", CancellationToken.None);
            await Shell.RunAsync($"nft -f {host.Directory}/rules.nft");
        }
        Assert.Equal(SecurityVerdict.Met, Of(await CheckAsync(), "4.4.2").Verdict);
    }

    [Fact]
    public async Task Check_WithoutContainers_SaysThatNothingCouldBeSeen()
    {
        var item = Of(await CheckAsync(), "5.4");
        Assert.Equal(SecurityVerdict.NotApplicable, item.Verdict);
        Assert.Contains("No container runs", item.Seen);
    }

    private Task<IReadOnlyList<SecurityItem>> CheckAsync() => host.Services.GetRequiredService<ISecurityAudit>().CheckAsync(Token);

    private static SecurityItem Of(IEnumerable<SecurityItem> items, string number) => items.Single(i => i.Number == number);
}

using System.Globalization;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Tests.Network;

/// <summary>
/// Two hosts with a container each, a router and a stranger, all in networks of their own. A datacentre joins these, and knows the machines' own
/// addresses only: whatever has another one is dropped and counted.
/// </summary>
public sealed class OverlayTests : IAsyncLifetime
{
    private const string One = "198.18.61.2", Two = "198.18.62.2", Router = "198.18.63.2", Stranger = "198.18.64.2";
    private const string Datacentre =
        "table ip dc { counter strangers { }; chain f { type filter hook prerouting priority 0; ip saddr 10.0.0.0/8 counter name strangers drop; ip daddr 10.0.0.0/8 counter name strangers drop; }; }";

    private static readonly HostNeighbour[] _hosts = [new("10.200.16.0/20", One), new("10.200.32.0/20", Two)];

    private readonly string _name = $"o{Environment.ProcessId % 100_000}";
    private readonly string _run = Directory.CreateTempSubdirectory().FullName;
    private readonly Dictionary<string, (HostNeighbours Neighbours, AgentOptions Options)> _machines = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Router_ReachesContainersInOtherNetworks_ThroughTheOverlayAlone()
    {
        // A gateway that is no neighbour takes no route, and through the datacentre's nothing gets.
        await Assert.ThrowsAsync<RuntimeException>(() => MeetAsync("r", Router, overlay: false));
        await RunAsync("r", $"ip route add {_hosts[0].Subnet} via 198.18.63.1");
        Assert.Equal("0", await AskAsync("r", "10.200.16.5"));
        Assert.True(await StrangersAsync() > 0);
        await RunAsync("r", $"ip route del {_hosts[0].Subnet}");
        var before = await StrangersAsync();

        await MeetAllAsync();

        Assert.Equal("1000000", await AskAsync("r", "10.200.16.5"));
        Assert.Equal("1000000", await AskAsync("r", "10.200.32.5"));
        Assert.Equal(before, await StrangersAsync());
        // Told again, nothing changes.
        var state = await StateAsync("h1");
        await MeetAllAsync();
        Assert.Equal(state, await StateAsync("h1"));
        Assert.Equal("1000000", await AskAsync("r", "10.200.16.5"));
    }

    [Fact]
    public async Task Container_IsReachedByNobodyButRouters()
    {
        await MeetAllAsync();

        Assert.Equal("0", await AskAsync("c1", "10.200.32.5"));
        // Its host sends what it likes, and the other host refuses it.
        Assert.Equal("0", await AskAsync("h1", "10.200.32.5"));
        // Out of the overlay the router's machine takes answers alone.
        await CountAsync("r");
        await RunAsync("h1", $"ip route add {Router} via {Router} dev govl47 onlink");
        await SendAsync("h1", Router, 6666);
        await RunAsync("h1", $"ip route del {Router}");
        await SendAsync("h1", Router, 7777);
        await Until.TrueAsync(async () => await SeenAsync("r", 7777) == 1, "What the host sent never came.");
        Assert.Equal(0, await SeenAsync("r", 6666));
        Assert.Equal("1000000", await AskAsync("r", "10.200.32.5"));
    }

    [Fact]
    public async Task Packets_OfWhoIsNoMember_AreDropped_WhateverIsInThem()
    {
        await MeetAllAsync();
        await CountAsync("c1");
        // It says that it is the router.
        await RunAsync("e", $"""
            ip link add x address {OverlayRules.MacOf(Stranger)} type vxlan id 47 local {Stranger} dstport 4789 nolearning
            ip addr add {Router}/32 dev x; ip link set x up
            bridge fdb replace {OverlayRules.MacOf(One)} dev x dst {One} self permanent
            ip neigh replace {One} lladdr {OverlayRules.MacOf(One)} dev x nud permanent
            ip route add 10.200.16.0/20 via {One} dev x onlink src {Router}
            """);

        await SendAsync("e", "10.200.16.5", 6666);
        await SendAsync("r", "10.200.16.5", 7777);
        await Until.TrueAsync(async () => await SeenAsync("c1", 7777) == 1, "What the router sent never came.");
        Assert.Equal(0, await SeenAsync("c1", 6666));

        // Nothing else kept it out.
        await MeetAsync("h1", One, overlay: true, Stranger);
        await SendAsync("e", "10.200.16.5", 6666);
        await Until.TrueAsync(async () => await SeenAsync("c1", 6666) == 1, "What a member sent never came.");
    }

    /// <summary>Its packets leave with its host's address, which others trust.</summary>
    [Fact]
    public async Task Container_CannotSendPacketsOfTheOverlay()
    {
        await MeetAllAsync();
        await CountAsync("h2");

        await SendAsync("c1", Two, 4789);
        await SendAsync("c1", Two, 7777);

        await Until.TrueAsync(async () => await SeenAsync("h2", 7777) == 1, "What the container sent never came.");
        Assert.Equal(0, await SeenAsync("h2", 4789));
    }

    [Fact]
    public async Task Overlay_ThatIsLeft_LeavesNothingBehind()
    {
        var before = await StateAsync("h1");
        await MeetAsync("h1", One, overlay: true, Stranger);
        Assert.Contains(Stranger, await StateAsync("h1"));
        await MeetAsync("h1", One, overlay: true);
        Assert.DoesNotContain(Stranger, await StateAsync("h1"));
        Assert.Contains(Router, await StateAsync("h1"));

        var neighbours = _machines["h1"].Neighbours;
        await neighbours.MeetAsync([_hosts[1]], [Router], new HostOverlay(47, 4790, One, [One, Two, Router]), Token);
        Assert.Contains("dstport 4790", await StateAsync("h1"));
        await neighbours.MeetAsync([], [], null, Token);

        Assert.Equal(before, await StateAsync("h1"));
        var elsewhere = new HostOverlay(47, 4789, "192.0.2.7", [Two, "192.0.2.7"]);
        Assert.Contains("none of its links has it", (await Assert.ThrowsAsync<RuntimeException>(() => neighbours.MeetAsync([_hosts[1]], [Router], elsewhere, Token))).Message);
        await Assert.ThrowsAnyAsync<Exception>(() => neighbours.MeetAsync([_hosts[1]], [Router], new HostOverlay(47, 4789, One, ["0.0.0.0; reboot"]), Token));
    }

    public async ValueTask InitializeAsync()
    {
        await Shell.RunAsync($"""
            set -e
            for x in w r h1 h2 e c1 c2; do ip netns add {_name}$x; ip -n {_name}$x link set lo up; done
            i=0
            for x in h1 h2 r e; do
              i=$((i + 1)); net=198.18.6$i
              ip -n {_name}w link add $x type veth peer name eth0 netns {_name}$x
              ip -n {_name}w addr add $net.1/24 dev $x; ip -n {_name}w link set $x up
              ip -n {_name}$x addr add $net.2/24 dev eth0; ip -n {_name}$x link set eth0 up; ip -n {_name}$x route add default via $net.1
            done
            # As strict as a distribution may be.
            for x in w h1 h2 r; do ip netns exec {_name}$x sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter'; done
            ip netns exec {_name}w nft '{Datacentre}'
            """);
        foreach (var (machine, subnet) in new[] { ("h1", _hosts[0].Subnet), ("h2", _hosts[1].Subnet), ("r", "10.200.48.0/20") })
        {
            var options = new AgentOptions { InstanceName = $"t{machine}", RunDirectory = Path.Combine(_run, machine), DataDirectory = Path.Combine(_run, machine), Subnet = subnet };
            _machines[machine] = (new HostNeighbours(Options.Create(options), ["ip", "netns", "exec", _name + machine]), options);
        }

        await AddContainerAsync("h1", "c1", "10.200.16.5");
        await AddContainerAsync("h2", "c2", "10.200.32.5");
    }

    public async ValueTask DisposeAsync()
    {
        await Shell.RunAsync($"for x in w r h1 h2 e c1 c2; do ip netns pids {_name}$x | xargs -r kill -KILL; ip netns del {_name}$x; done");
        Directory.Delete(_run, recursive: true);
    }

    /// <summary>With the packet filter that all containers have.</summary>
    private async Task AddContainerAsync(string host, string container, string address)
    {
        var options = _machines[host].Options;
        var rules = Path.Combine(_run, $"{host}.nft");
        await File.WriteAllTextAsync(rules, FirewallRules.Render(SupervisorSettings.WithoutVersion(options)), Token);
        await RunAsync(host, $"""
            nft -f {rules}
            ip link add {options.InterfacePrefix}1 type veth peer name eth0 netns {_name}{container}
            ip addr add 169.254.1.1/32 dev {options.InterfacePrefix}1; ip link set {options.InterfacePrefix}1 up; ip route add {address} dev {options.InterfacePrefix}1
            """);
        await RunAsync(container, $"ip addr add {address}/32 dev eth0; ip link set eth0 up; ip route add 169.254.1.1 dev eth0; ip route add default via 169.254.1.1 dev eth0");
        await ServeAsync(container);
    }

    private async Task MeetAllAsync()
    {
        await MeetAsync("h1", One, overlay: true);
        await MeetAsync("h2", Two, overlay: true);
        await MeetAsync("r", Router, overlay: true);
    }

    /// <summary>As Control tells each of them.</summary>
    private Task MeetAsync(string machine, string own, bool overlay, params string[] more) => _machines[machine].Neighbours.MeetAsync(
        [.. _hosts.Where(h => h.Address != own)], machine == "r" ? [] : [Router], overlay ? new HostOverlay(47, 4789, own, [One, Two, Router, .. more]) : null, Token);

    private Task<string> RunAsync(string machine, string script) => Shell.RunAsync($"ip netns exec {_name}{machine} bash -ec '{script}'");

    private async Task ServeAsync(string machine)
    {
        await RunAsync(machine, "(setsid busybox nc -ll -p 5000 -e head -c 1000000 /dev/zero </dev/null >/dev/null 2>&1 &)");
        await Until.TrueAsync(async () => (await RunAsync(machine, "ss -ltn")).Contains(":5000 ", StringComparison.Ordinal), "Nobody serves.");
    }

    /// <returns>How many bytes were answered.</returns>
    private async Task<string> AskAsync(string machine, string address) => (await RunAsync(machine, $"timeout 3 busybox nc -w 2 {address} 5000 </dev/null 2>/dev/null | wc -c")).Trim();

    private Task<string> SendAsync(string machine, string address, int port) => RunAsync(machine, $"echo x > /dev/udp/{address}/{port}");

    private Task<string> CountAsync(string machine) => RunAsync(
        machine, "nft \"table ip seen { chain in { type filter hook input priority 100; udp dport 6666 counter; udp dport 7777 counter; udp dport 4789 counter; }; }\"");

    private async Task<int> SeenAsync(string machine, int port) => Number(await RunAsync(machine, $"nft list table ip seen | grep \"dport {port} \""));

    private async Task<int> StrangersAsync() => Number(await RunAsync("w", "nft list counter ip dc strangers | grep packets"));

    private static int Number(string counter) => int.Parse(counter.Split("packets ")[1].Split(' ')[0], CultureInfo.InvariantCulture);

    private Task<string> StateAsync(string machine) => RunAsync(
        machine, "ip -d link show type vxlan | sed s/^[0-9]*//; ip route; ip route show table 201 2>/dev/null || true; ip rule; ip neigh show nud permanent; bridge fdb | grep dst || true; nft list tables");
}

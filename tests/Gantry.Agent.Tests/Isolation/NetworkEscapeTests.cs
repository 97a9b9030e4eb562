using System.Globalization;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>What a container reaches, and what root in its network could do: an app has no right to it, the host does not rely on that.</summary>
public sealed class NetworkEscapeTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task App_ReachesTheWorld_ButNeitherLinkLocalNorTheControlPlane()
    {
        const string linkLocal = "169.254.77.77", control = "198.18.78.2";
        await using var world = await OutsideWorld.CreateAsync(host.Name);
        foreach (var address in (string[])[linkLocal, control])
            await Shell.RunAsync($"ip -n w{host.Name} address add {address}/32 dev eth0; ip route add {address}/32 dev w{host.Name}");
        foreach (var address in (string[])[linkLocal, control])
            Assert.Equal("welcome\n", await Shell.RunAsync($"busybox nc -w 5 {address} {OutsideWorld.Port} </dev/null"));
        var (_, output) = await host.RunAsync(string.Join(';', new[] { world.Address, linkLocal, control }.Select(
            a => $"echo {a} $(nc -w 2 {a} {OutsideWorld.Port} </dev/null 2>&1)")));
        Assert.Contains($"{world.Address} welcome\n", output);
        Assert.Equal(1, output.Split("welcome").Length - 1);
    }

    [Fact]
    public async Task Root_InItsNetwork_CannotSendFromANeighboursAddress()
    {
        await using var world = await OutsideWorld.CreateAsync(host.Name);
        await Shell.RunAsync($"ip netns exec w{host.Name} nft 'table ip seen {{ counter c {{ }}; chain in {{ type filter hook input priority 0; icmp type echo-request counter name c; }}; }}'");
        await WithNeighbourAsync(async (attacker, own, neighbour) =>
        {
            await Shell.RunAsync($"nsenter -t {attacker} -n ip address add {neighbour}/32 dev eth0");
            await PingAsync(attacker, own, world.Address);
            await Until.TrueAsync(async () => await SeenAsync() == 1, "The packet with the own address never came.");
            await PingAsync(attacker, neighbour, world.Address);
            await PingAsync(attacker, own, world.Address);
            // The one sent after it has come: the forged one will not.
            await Until.TrueAsync(async () => await SeenAsync() >= 2, "The second packet never came.");
            Assert.Equal(2, await SeenAsync());
        });
    }

    [Fact]
    public async Task Root_InItsNetwork_CannotTakeOverANeighboursAddress_ByArp()
    {
        await WithNeighbourAsync(async (attacker, _, neighbour) =>
        {
            await Shell.RunAsync($"nsenter -t {attacker} -n ip address add {neighbour}/32 dev eth0");
            await Shell.RunAsync($"nsenter -t {attacker} -n busybox arping -U -c 3 -w 3 -I eth0 -s {neighbour} {neighbour} || true");
            await Shell.RunAsync($"nsenter -t {attacker} -n busybox arping -A -c 3 -w 3 -I eth0 -s {neighbour} {neighbour} || true");
            // Each address has a link of its own, so what another link claims is of no interest.
            Assert.Equal(1, (await Shell.RunAsync($"ip neighbour show {neighbour}")).Split("lladdr").Length - 1);
            Assert.Equal("neighbour\n", await Shell.RunAsync($"busybox nc -w 5 {neighbour} 80 </dev/null"));
        });
    }

    [Fact]
    public async Task Root_InItsNetwork_FindsNobodyByIpv6()
    {
        await WithNeighbourAsync(async (attacker, _, _) =>
        {
            await Shell.RunAsync($"nsenter -t {attacker} -n sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip address add fe80::2/64 dev eth0 nodad; ip address add fd00::2/64 dev eth0 nodad'");
            var output = await Shell.RunAsync($"nsenter -t {attacker} -n busybox ping6 -c 2 -W 1 ff02::1%eth0 2>&1 || true; nsenter -t {attacker} -n busybox ping6 -c 1 -W 1 fd00::1 2>&1 || true");
            // It may hear itself.
            Assert.DoesNotMatch("bytes from (?!fe80::2|fe80::2%eth0)", output);
            Assert.Equal("", (await Shell.RunAsync($"ip -6 neighbour show | grep -w 'fe80::2\\|fd00::2' || true")).Trim());
        });
    }

    [Fact]
    public async Task Connections_BeyondTheirBound_AreDroppedAndCounted()
    {
        await using var world = await OutsideWorld.CreateAsync(host.Name);
        var before = await TrackedAsync();
        var spec = host.Spec($"exec /app/bombs connections {world.Address}") with { Layer = await Attempts.LayerAsync(host, host.Blobs) };
        await host.Runtime.StartAsync(spec, Token);
        await host.OutputAsync(spec, "exhausted after 65535");
        Assert.InRange(await TrackedAsync() - before, TestHost.ConnectionsPerContainer / 2, TestHost.ConnectionsPerContainer * 2);
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.Matches($@"ct count over {TestHost.ConnectionsPerContainer} \}} counter packets [1-9]\d{{4}}", await Shell.RunAsync($"nft list chain inet {host.Name} outwards"));
    }

    private async Task WithNeighbourAsync(Func<string, string, string, Task> body)
    {
        var (attacker, neighbour) = (host.Spec("sleep 600"), host.Spec("exec nc -ll -p 80 -e echo neighbour"));
        var (own, other) = (await host.Runtime.StartAsync(attacker, Token), await host.Runtime.StartAsync(neighbour, Token));
        try
        {
            await Until.TrueAsync(async () => await Shell.RunAsync($"busybox nc -w 5 {other.Address} 80 </dev/null || true") == "neighbour\n", "The neighbour never answered.");
            await body((await Shell.RunAsync($"cat {host.Data}/containers/{attacker.Id}/pid")).Trim(), own.Address!, other.Address!);
        }
        finally
        {
            await host.Runtime.RemoveAsync(attacker.Id, CancellationToken.None);
            await host.Runtime.RemoveAsync(neighbour.Id, CancellationToken.None);
        }
    }

    private static Task PingAsync(string inside, string from, string to) =>
        Shell.RunAsync($"nsenter -t {inside} -n busybox ping -c 1 -W 1 -I {from} {to} || true");

    private async Task<int> SeenAsync() => int.Parse(
        await Shell.RunAsync($"ip netns exec w{host.Name} nft list counter ip seen c | sed -n 's/.*packets \\([0-9]*\\).*/\\1/p'"), CultureInfo.InvariantCulture);

    private static async Task<int> TrackedAsync() => int.Parse(
        await File.ReadAllTextAsync("/proc/sys/net/netfilter/nf_conntrack_count", Token), CultureInfo.InvariantCulture);
}

using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Network;

/// <summary>What only root could try in a container's network.</summary>
public sealed class SpoofingTests(TestHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task App_CannotSendFromAnotherAddress()
    {
        // Apps cannot make raw packets, so root sends in their network for them.
        await using var world = await OutsideWorld.CreateAsync(host.Name);
        var spec = host.Spec("sleep 60");
        var status = await host.Runtime.StartAsync(spec, Token);
        var inside = await FindInitAsync(spec);
        await Shell.RunAsync($"nsenter -t {inside} -n ip address add 10.99.99.99/32 dev eth0");
        await Shell.RunAsync($"nsenter -t {inside} -n busybox ping -c 1 -W 2 -I {status.Address} {world.Address}");
        var spoofed = await Shell.RunAsync($"nsenter -t {inside} -n busybox ping -c 1 -W 1 -I 10.99.99.99 {world.Address} || true");
        Assert.Contains("100% packet loss", spoofed);
        Assert.DoesNotContain("10.99.99.99", await world.NeighboursAsync());
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    private async Task<string> FindInitAsync(ContainerSpec spec) => (await Shell.RunAsync($"cat {host.Data}/containers/{spec.Id}/pid")).Trim();
}

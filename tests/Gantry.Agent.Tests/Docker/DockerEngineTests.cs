using Gantry.Agent.Runtime;
using Gantry.Conformance.Runtime;

namespace Gantry.Agent.Tests.Docker;

/// <summary>What the Docker runtime promises beyond the port: what the engine was told, and what follows when it dies.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerEngineTests(DockerRuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task Container_ToldToTheEngine_HasNoWayAround()
    {
        var spec = host.Spec("sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        var told = await host.Engine.DockerAsync("inspect", "--format",
            "{{.HostConfig.Privileged}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.PidsLimit}} {{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}"
            + " {{.HostConfig.CpuShares}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.LogConfig.Type}} {{json .HostConfig.PortBindings}} {{json .HostConfig.Devices}}",
            $"{host.Name}-{spec.Id}");
        Assert.Equal("false true [ALL] 64 67108864 67108864 512  syslog null null", told);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Networks_OfTwoContainers_ShareNoBridge()
    {
        var (first, second) = (host.Spec("sleep 60"), host.Spec("sleep 60"));
        var addresses = new[] { (await host.Runtime.StartAsync(first, Token)).Address!, (await host.Runtime.StartAsync(second, Token)).Address! };
        Assert.NotEqual(addresses[0], addresses[1]);
        foreach (var address in addresses)
            Assert.Equal("1", (await RuntimeHost.ShellAsync($"ls /sys/class/net/$(ip -o route get {address} | grep -o 'dev [^ ]*' | cut -d' ' -f2)/brif | wc -l")).Trim());
        await host.Runtime.RemoveAsync(first.Id, Token);
        await host.Runtime.RemoveAsync(second.Id, Token);
    }

    [Fact]
    public async Task Engine_ThatIsRestarted_LosesNoContainerAndNoWaiter()
    {
        var spec = host.Spec("sleep 600");
        await host.Runtime.StartAsync(spec, Token);
        var waiting = host.Runtime.WaitAsync(spec.Id, Token);
        await host.Engine.StopAsync();
        Assert.True((await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.ListAsync(Token))).IsTransient);
        await host.Engine.StartAsync();
        var status = await waiting.WaitAsync(Until.Limit, Token);
        Assert.Equal(RuntimeState.Exited, status.State);
        Assert.Equal(status, (await host.Runtime.ListAsync(Token)).Single(s => s.Id == spec.Id));
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.Equal("again\n", (await host.RunAsync("echo again")).Output);
    }
}

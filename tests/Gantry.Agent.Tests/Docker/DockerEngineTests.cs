using System.Text.Json;
using System.Text.RegularExpressions;
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

    /// <summary>Old engines answer EPERM to what a profile does not name, from which the C library does not fall back.</summary>
    [Fact]
    public async Task Filter_ToldToTheEngine_NamesWhatThreadsFallBackFrom()
    {
        var spec = host.Spec("sleep 60");
        await host.Runtime.StartAsync(spec, Token);
        var told = await host.Engine.DockerAsync("inspect", "--format", "{{index .HostConfig.SecurityOpt 1}}", $"{host.Name}-{spec.Id}");
        var rules = JsonDocument.Parse(told[(told.IndexOf('=', StringComparison.Ordinal) + 1)..]).RootElement.GetProperty("syscalls").EnumerateArray();
        var rule = Assert.Single(rules, r => r.GetProperty("names").EnumerateArray().Any(n => n.GetString() == "clone3"));
        Assert.Equal(("SCMP_ACT_ERRNO", 38), (rule.GetProperty("action").GetString(), rule.GetProperty("errnoRet").GetInt32()));
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
    public async Task List_OfKnownContainers_IsOneCall()
    {
        var running = Enumerable.Range(0, 3).Select(_ => host.Spec("sleep 600")).ToList();
        foreach (var spec in running)
            await host.Runtime.StartAsync(spec, Token);
        var before = await host.Runtime.ListAsync(Token);

        // Who follows the engine's events may look at a new container meanwhile.
        await Until.TrueAsync(async () =>
        {
            var calls = Looks();
            return (await host.Runtime.ListAsync(Token)).Count >= 3 && (await host.Runtime.SampleAsync(Token)).Count >= 3 && Looks() == calls;
        }, "A list never was one call.");

        Assert.Equal(before.Where(IsOurs), (await host.Runtime.ListAsync(Token)).Where(IsOurs));
        await host.Runtime.SignalAsync(running[0].Id, 9, Token);
        await host.Runtime.WaitAsync(running[0].Id, Token);
        Assert.Equal(137, (await host.Runtime.ListAsync(Token)).Single(s => s.Id == running[0].Id).ExitCode);
        foreach (var spec in running)
            await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.DoesNotContain(await host.Runtime.ListAsync(Token), IsOurs);

        bool IsOurs(ContainerStatus status) => running.Any(s => s.Id == status.Id);
        int Looks() => Regex.Count(File.ReadAllText(host.Engine.LogFile), "Calling GET [^ ]*/containers/[0-9a-f]{64}/json");
    }

    [Fact]
    public async Task Signal_RightAfterTheStart_IsNotLost()
    {
        var ends = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var spec = host.Spec("exec sleep 600");
            await host.Runtime.StartAsync(spec, Token);
            await host.Runtime.SignalAsync(spec.Id, 15, Token);
            var status = await host.Runtime.WaitAsync(spec.Id, Token).WaitAsync(Until.Limit, Token);
            await host.Runtime.RemoveAsync(spec.Id, Token);
            return status.ExitCode;
        }));
        Assert.All(ends, code => Assert.Equal(143, code));
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

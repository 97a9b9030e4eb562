using Gantry.Conformance.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Docker;

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerLifecycleTests(MappedDockerHost host) : LifecycleSuite(host);

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerSandboxTests(MappedDockerHost host) : SandboxSuite(host);

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerTerminalTests(MappedDockerHost host) : TerminalSuite(host);

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerUploadTests(MappedDockerHost host) : UploadSuite(host);

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerFilesTests(MappedDockerHost host) : FilesSuite(host);

[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerNetworkTests(MappedDockerHost host) : NetworkSuite(host);

/// <summary>What an engine with userns-remap gives beyond the port.</summary>
[Collection(MappedDockerCollection.Name)]
public sealed class MappedDockerTests(MappedDockerHost host)
{
    [Fact]
    public async Task Container_OfAnEngineThatMapsUsers_IsNobodyOnTheHost()
    {
        var spec = host.Spec("echo written > /app/file; cat greeting; sleep 600", layer: true);
        await host.Runtime.StartAsync(spec, RuntimeHost.Token);
        var file = Path.Combine(await host.Runtime.HostPathAsync(spec.Id, "/app", RuntimeHost.Token), "file");
        await Until.TrueAsync(() => File.Exists(file), "The file was not written.");

        var pid = await host.Engine.DockerAsync("inspect", "--format", "{{.State.Pid}}", $"{host.Name}-{spec.Id}");
        var uids = (await RuntimeHost.ShellAsync($"stat -c %u /proc/{pid} {file}; grep -o ' *[0-9]* *65536' /proc/{pid}/uid_map")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var first = int.Parse(uids[2].Trim().Split(' ')[0], null);
        Assert.InRange(first, 65_536, int.MaxValue);
        Assert.Equal([$"{first + 1000}", $"{first + 1000}"], uids[..2]);
        Assert.True((await host.Services.GetRequiredService<IHostFacts>().GetAsync(RuntimeHost.Token)).SharedUserNamespace);
        await host.Runtime.RemoveAsync(spec.Id, RuntimeHost.Token);
    }
}

using Gantry.Agent.Runtime;
using Gantry.Agent.Tests.Support;
using Gantry.Conformance.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Agent.Tests.Isolation;

/// <summary>Without user namespaces an app is a user of the host that nobody else is, and its files are as it expects them.</summary>
[Collection(PlainCollection.Name)]
public sealed class PlainIdTests(PlainHost host)
{
    private static CancellationToken Token => TestHost.Token;

    [Fact]
    public async Task Containers_HaveUsersOfTheirOwn_AndTheHostSaysSo()
    {
        Assert.False((await host.Services.GetRequiredService<IHostFacts>().GetAsync(Token)).IdmappedMounts);
        var (_, one) = await host.RunAsync("id -u; cat /proc/self/uid_map");
        var (_, other) = await host.RunAsync("id -u");
        Assert.Matches(@"^[1-9]\d{8,}\n\s+0\s+0\s+4294967295\n$", one);
        Assert.NotEqual(one.Split('\n')[0], other.Split('\n')[0]);
    }

    [Fact]
    public async Task Layer_IsTheAppsToChange_InEveryFolder_AndTheNextFindsItAsItWas()
    {
        var script = "set -e; cd /app; echo more >> sub/file; echo new > sub/new; rm sub/other; ln -s /etc/passwd sub/link; cat sub/file; ls sub";
        var spec = host.Spec(script) with { Layer = await FolderLayerAsync() };
        Assert.Equal("first\nmore\nfile\nlink\nnew\n", (await host.RunAsync(spec)).Output);
        Assert.Equal("first\nmore\nfile\nlink\nnew\n", (await host.RunAsync(host.Spec(script) with { Layer = spec.Layer })).Output);
    }

    [Fact]
    public async Task Disk_OutlivesItsContainers_AndIsEachOnesOwn()
    {
        var disk = new DiskMount(Path.Combine(host.Directory, "cache.img"), "/cache", 32 << 20);
        await host.RunAsync(host.Spec("mkdir /cache/a; echo kept > /cache/a/f") with { Disks = [disk] });
        Assert.Equal("kept\nmore\n", (await host.RunAsync(host.Spec("echo more >> /cache/a/f; cat /cache/a/f") with { Disks = [disk] })).Output);
    }

    [Fact]
    public async Task Bind_Writable_IsRefusedAndSaysWhy()
    {
        var spec = host.Spec("true") with { Mounts = [new BindMount(host.Directory, "/out", false)] };
        var error = await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.StartAsync(spec, Token));
        Assert.Contains("cannot map file owners", error.Message);
    }

    private async Task<Domain.Digest> FolderLayerAsync()
    {
        var root = Path.Combine(host.Directory, "folders");
        await Shell.RunAsync($"mkdir -p {root}/sub; echo first > {root}/sub/file; touch {root}/sub/other; tar -C {root} --owner=1000 --group=1000 -cf {root}.tar .");
        return (await host.Blobs.AddAsync(await File.ReadAllBytesAsync(root + ".tar"))).Digest;
    }
}

[Collection(PlainCollection.Name)]
public sealed class PlainSandboxTests(PlainHost host) : SandboxSuite(host);

[Collection(PlainCollection.Name)]
public sealed class PlainNetworkTests(PlainHost host) : NetworkSuite(host);

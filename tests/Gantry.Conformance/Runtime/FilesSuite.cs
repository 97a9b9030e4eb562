using Gantry.Agent.Runtime;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Files that a container shares with its host.</summary>
public abstract class FilesSuite(RuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task Bind_ReadOnly_IsReadableWhereTheStackHasNoPlaceForIt()
    {
        var source = Directory.CreateDirectory(Path.Combine(host.Directory, "source")).FullName;
        await RuntimeHost.ShellAsync($"echo code > {source}/main; chown -R 1000:1000 {source}; chmod 600 {source}/main");
        var spec = host.Spec("cat /source/main; touch /source/x 2>&1") with { Mounts = [new BindMount(source, "/source", true)] };
        var (_, output) = await host.RunAsync(spec);
        Assert.StartsWith("code\n", output);
        Assert.Contains("Read-only file system", output);
    }

    [Fact]
    public async Task Bind_Writable_KeepsTheOwnerOfTheDisk()
    {
        var target = Directory.CreateDirectory(Path.Combine(host.Directory, "out")).FullName;
        await RuntimeHost.ShellAsync($"chown 1000:1000 {target}");
        await host.RunAsync(host.Spec("echo made > /out/f") with { Mounts = [new BindMount(target, "/out", false)] });
        Assert.Equal("1000 made", (await RuntimeHost.ShellAsync($"echo $(stat -c %u {target}/f) $(cat {target}/f)")).Trim());
    }

    [Fact]
    public async Task Disk_OutlivesItsContainers_AndIsBounded()
    {
        var disk = new DiskMount(Path.Combine(host.Directory, "cache.img"), "/cache", 32 << 20);
        var (_, first) = await host.RunAsync(host.Spec("echo kept > /cache/f; dd if=/dev/zero of=/cache/big bs=1M count=60 2>&1; rm /cache/big") with { Disks = [disk] });
        Assert.Contains("No space left on device", first);
        var (_, second) = await host.RunAsync(host.Spec("cat /cache/f; ls -ln /cache/f") with { Disks = [disk] });
        Assert.StartsWith("kept\n", second);
        Assert.Matches(@"\s1000\s+1000\s", second);
    }

    [Fact]
    public async Task HostPath_ThroughALink_IsRefused()
    {
        var spec = host.Spec("ln -s /etc /app/trap; mkdir /app/out; echo made > /app/out/f; exit 0");
        await host.Runtime.StartAsync(spec, Token);
        await host.Runtime.WaitAsync(spec.Id, Token);
        Assert.Equal("made\n", await File.ReadAllTextAsync(await host.Runtime.HostPathAsync(spec.Id, "/app/out/f", Token), Token));
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.HostPathAsync(spec.Id, "/app/trap/passwd", Token));
        await Assert.ThrowsAsync<RuntimeException>(() => host.Runtime.HostPathAsync(spec.Id, "/etc/passwd", Token));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Terminal_FilesThatComeBeforeItsUser_AreThere()
    {
        var spec = host.Spec("cat /tmp/early") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        var path = await host.Runtime.HostPathAsync(spec.Id, "/tmp", Token);
        Assert.Equal(path, await host.Runtime.HostPathAsync(spec.Id, "/tmp", Token));
        Assert.Equal(RuntimeState.Created, (await host.Runtime.ListAsync(Token)).Single(c => c.Id == spec.Id).State);
        await File.WriteAllTextAsync(Path.Combine(path, "early"), "before anybody came", Token);
        await using (var terminal = await host.Runtime.AttachAsync(spec.Id, Token))
            Assert.Equal("before anybody came", await TerminalSuite.ReadAllAsync(terminal));
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task Terminal_WithFilesAndRemovedBeforeAnyoneCame_GivesItsSlotBack()
    {
        var spec = host.Spec("true") with { Terminal = true };
        await host.Runtime.StartAsync(spec, Token);
        var path = await host.Runtime.HostPathAsync(spec.Id, "/tmp", Token);
        await host.Runtime.RemoveAsync(spec.Id, Token);
        Assert.False(Directory.Exists(path));
    }
}

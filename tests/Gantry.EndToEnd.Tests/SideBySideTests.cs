using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Two platforms on one machine, one with the native runtime and one with Docker: neither notices the other.</summary>
[Collection("docker")]
public sealed class SideBySideTests(DockerPlatform docker, GantryPlatform native)
{
    /// <summary>PORT in every container.</summary>
    private const int Port = 5000;
    private readonly GantryPlatform _docker = docker.Platform;

    [Fact]
    public async Task Platforms_OfBothRuntimes_ServeAtOnceAndHaveNothingInCommon()
    {
        var (here, there) = (await DeployAsync(native), await DeployAsync(_docker));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((HttpStatusCode.OK, $"{here} web-1\n"), await native.GetAsync(here));
            Assert.Equal((HttpStatusCode.OK, $"{there} web-1\n"), await _docker.GetAsync(there));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await native.GetAsync(there)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _docker.GetAsync(here)).Status);
        Assert.DoesNotContain(native.InstanceName, await docker.Engine.DockerAsync("ps", "--all", "--format", "{{.Names}} {{.Labels}}"), StringComparison.Ordinal);
        var (ofNative, ofDocker) = (await GroupsAsync(native, here), await GroupsAsync(_docker, there));
        Assert.NotEmpty(ofNative);
        Assert.NotEmpty(ofDocker);
        Assert.Empty(ofNative.Intersect(ofDocker));
        Assert.NotEqual(await PrefixAsync(native), await PrefixAsync(_docker));
        Assert.Contains("10.202.", await RouteAsync(await AddressAsync(native, here)), StringComparison.Ordinal);
        Assert.Contains("10.251.", await RouteAsync(await AddressAsync(_docker, there)), StringComparison.Ordinal);
        await native.DestroyAsync(here);
        await _docker.DestroyAsync(there);
    }

    [Fact]
    public async Task Containers_OfOnePlatform_CannotReachThoseOfTheOther()
    {
        var (here, there) = (await DeployAsync(native), await DeployAsync(_docker));
        var (ofNative, ofDocker) = (await AddressAsync(native, here), await AddressAsync(_docker, there));
        foreach (var address in new[] { ofNative, ofDocker })
            Assert.Contains(" web-1", (await Shell.BashAsync($"curl -s --max-time 5 http://{address}:{Port}/")).Output, StringComparison.Ordinal);

        var fromNative = await native.CliWithInputAsync("", "run", "--app", here, Try(ofDocker));
        var fromDocker = await _docker.CliWithInputAsync("", "run", "--app", there, Try(ofNative));

        Assert.Contains("not reached", fromNative.Output, StringComparison.Ordinal);
        Assert.Contains("not reached", fromDocker.Output, StringComparison.Ordinal);
        await native.DestroyAsync(here);
        await _docker.DestroyAsync(there);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Platform_TakenOffTheHost_LeavesTheOtherAsItWas(bool dockerGoes)
    {
        var (goes, stays) = dockerGoes ? (_docker, native) : (native, _docker);
        var (gone, kept) = (await DeployAsync(goes), await DeployAsync(stays));
        var before = await SnapshotAsync(stays, kept);
        var prefix = await PrefixAsync(goes);
        Assert.NotEmpty(await InterfacesAsync(prefix));

        await goes.StopAsync();
        (await goes.GantrydAsync("stop-host")).ExpectSuccess();

        Assert.Equal($"{kept} web-1\n", (await stays.GetAsync(kept)).Body);
        Assert.Equal(before, await SnapshotAsync(stays, kept));
        Assert.NotEqual(0, (await Shell.RunAsync("nft", ["list", "table", "inet", goes.InstanceName])).ExitCode);
        await Wait.ForAsync<object>(async () => (await GroupsAsync(goes, null)).Length == 0 ? goes : null, "the end of its control groups");
        await Wait.ForAsync<object>(async () => (await InterfacesAsync(prefix)).Length == 0 ? goes : null, "the end of its interfaces");

        await goes.StartAsync();
        await Wait.ForAsync<object>(async () => (await goes.GetAsync(gone)).Body == $"{gone} web-1\n" ? goes : null, "serving again");
        Assert.Equal(before, await SnapshotAsync(stays, kept));
        await goes.DestroyAsync(gone);
        await stays.DestroyAsync(kept);
    }

    private static async Task<string> DeployAsync(GantryPlatform platform)
    {
        var app = await platform.CreateAppAsync("beside");
        using var source = await TinyApps.WebAsync(platform, app);
        (await source.PushAsync(app)).ExpectSuccess();
        return app;
    }

    /// <summary>All that another could spoil: packet filter, the way to the app's container, its control groups and the processes in them.</summary>
    private async Task<string> SnapshotAsync(GantryPlatform platform, string app)
    {
        var filter = (await Shell.BashAsync($"nft --stateless list table inet {platform.InstanceName} | sed '/^\tset connections/,/^\t}}/d'")).ExpectSuccess().Output;
        Assert.Contains("chain routed", filter, StringComparison.Ordinal);
        var groups = await GroupsAsync(platform, app);
        Assert.NotEmpty(groups);
        return string.Join('\n', [filter, await RouteAsync(await AddressAsync(platform, app)), .. groups]);
    }

    /// <summary>Address of the app's one container.</summary>
    private async Task<string> AddressAsync(GantryPlatform platform, string app) => platform == _docker
        ? Assert.Single(await docker.InspectAsync(app, "{{index .Config.Labels \"gantry.address\"}}"))
        : Assert.Single(Lines((await Shell.BashAsync(
            $"for a in $(ip -o -4 route | grep -o '^10[.]202[.][0-9.]*'); do curl -s --max-time 2 http://$a:{Port}/ | grep -q '^{app} ' && echo $a; done")).Output));

    private static async Task<string> RouteAsync(string address) => (await Shell.RunAsync("ip", ["-o", "route", "get", address])).ExpectSuccess().Output.Trim();

    /// <summary>What the names of a platform's interfaces begin with.</summary>
    private static async Task<string> PrefixAsync(GantryPlatform platform) => (await Shell.BashAsync(
        $"nft list table inet {platform.InstanceName} | grep -m1 -o 'iifname \"[^*]*' | cut -d'\"' -f2")).ExpectSuccess().Output.Trim();

    private static async Task<string[]> InterfacesAsync(string prefix) => Lines((await Shell.BashAsync($"ip -o link | grep -o ' {prefix}[0-9][^:]*:'")).Output);

    /// <summary>The control groups of an app, or of all of a platform, with what runs in them.</summary>
    private async Task<string[]> GroupsAsync(GantryPlatform platform, string? app)
    {
        var all = Lines((await Shell.BashAsync(
            $"for g in $(find /sys/fs/cgroup -mindepth 2 -type d -path '*/{platform.InstanceName}/*' | sort); do echo $g $(sort $g/cgroup.procs); done")).Output);
        if (app is null)
            return all;
        var ids = platform == _docker ? await docker.InspectAsync(app, "{{.Id}}") : [.. (await platform.ContainersAsync(app)).Select(c => (string)c["id"]!)];
        return [.. all.Where(g => ids.Any(id => g.Contains(id, StringComparison.Ordinal)))];
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>For a one-off: a connection to a port of an address.</summary>
    private static string Try(string address) => $"timeout 5 bash -c 'exec 3<>/dev/tcp/{address}/{Port}' && echo it was reached || echo it was not reached";
}

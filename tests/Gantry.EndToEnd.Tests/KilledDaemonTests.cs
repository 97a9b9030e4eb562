using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>SIGKILL of the daemon at each status of a deployment: it goes on, and the push that waits for it with it.</summary>
[Collection("platform")]
public sealed class KilledDaemonTests(GantryPlatform platform)
{
    /// <summary>Packing so many files takes a while, which is the status pushing.</summary>
    private const string ManyFiles = "for d in $(seq 60); do mkdir -p $1/many/$d; (cd $1/many/$d; seq 1000 | xargs touch); done";

    [Theory]
    [InlineData("building", "sleep 3")]
    [InlineData("pushing", ManyFiles)]
    [InlineData("starting", "true")]
    public async Task DaemonKilled_DuringADeployment_GoesOnToSuccess(string status, string compile)
    {
        var app = await platform.CreateAppAsync("midway");
        using var source = await SourceAsync(app, compile, "web: sleep 2; exec python3 server.py\n");
        var push = source.PushAsync(app);
        await StatusIsAsync(app, status);

        await RestartAsync();

        var pushed = (await push).ExpectSuccess();
        Assert.Contains("The platform was restarted; this deployment goes on", pushed.Error, StringComparison.Ordinal);
        Assert.Equal("success", await LastStatusAsync(app));
        Assert.StartsWith("v1", (await platform.GetAsync(app)).Body, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task DaemonKilled_WhileADeploymentIsQueued_ItsTurnStillComes()
    {
        string[] busy = [await platform.CreateAppAsync("busy"), await platform.CreateAppAsync("busy")];
        using var first = await SourceAsync(busy[0], "sleep 1000");
        using var second = await SourceAsync(busy[1], "sleep 1000");
        Task<ShellResult>[] builds = [first.PushAsync(busy[0]), second.PushAsync(busy[1])];
        await StatusIsAsync(busy[0], "building");
        await StatusIsAsync(busy[1], "building");
        var app = await platform.CreateAppAsync("queued");
        using var source = await TinyApps.WebAsync(platform);
        var push = source.PushAsync(app);
        await StatusIsAsync(app, "queued");

        await RestartAsync();
        foreach (var name in busy)
            await platform.DestroyAsync(name);

        (await push).ExpectSuccess();
        Assert.StartsWith("v1", (await platform.GetAsync(app)).Body, StringComparison.Ordinal);
        Assert.All(await Task.WhenAll(builds), b => Assert.NotEqual(0, b.ExitCode));
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task DaemonKilled_DuringTheHook_TheHookRunsOnAndOnlyOnce()
    {
        var app = await platform.CreateAppAsync("hookrun");
        using var source = await TinyApps.WebAsync(platform, "v1", "postdeploy: echo hook began; sleep 6; echo hook ended\n");
        var push = source.PushAsync(app);
        await Wait.ForAsync<object>(async () => await CountAsync(app, "hook began") == 1 ? app : null, "the hook");

        await RestartAsync();

        (await push).ExpectSuccess();
        await Wait.ForAsync<object>(async () => await CountAsync(app, "hook ended") == 1 ? app : null, "the end of the hook");
        Assert.Equal(1, await CountAsync(app, "hook began"));
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task DaemonKilled_HookFailsMeanwhile_ItsExitCodeEndsTheDeployment()
    {
        var app = await platform.CreateAppAsync("hookend");
        using var source = await TinyApps.WebAsync(platform, "v1", $"postdeploy: echo hook of {app} began; sleep 3; exit 3\n");
        var push = source.PushAsync(app);
        await Wait.ForAsync<object>(async () => await CountAsync(app, $"hook of {app} began") == 1 ? app : null, "the hook");

        await platform.KillDaemonAsync();
        await Wait.ForAsync<object>(async () => (await Shell.BashAsync($"pgrep -f '[h]ook of {app}'")).ExitCode != 0 ? app : null, "the end of the hook");
        await platform.StartAsync();

        var pushed = await push;
        Assert.NotEqual(0, pushed.ExitCode);
        Assert.Contains("The postdeploy hook failed with exit code 3", pushed.Error, StringComparison.Ordinal);
        Assert.Equal("hook-error", await LastStatusAsync(app));
        Assert.Equal(1, await CountAsync(app, $"hook of {app} began"));
        await platform.DestroyAsync(app);
    }

    private async Task RestartAsync()
    {
        await platform.KillDaemonAsync();
        await platform.StartAsync();
    }

    /// <summary>A source that brings its own buildpack with it.</summary>
    private async Task<SourceTree> SourceAsync(string app, string compile, string procfile = "web: exec python3 server.py\n")
    {
        var source = await SourceTree.FromFilesAsync(
            platform, ("Procfile", procfile), ("server.py", TinyApps.Server), ("version", "v1"), ("bin/detect", "#!/bin/bash\necho own\n"),
            ("bin/compile", $"#!/bin/bash\n{compile}\n"), ("bin/release", "#!/bin/bash\necho '---'\n"));
        (await Shell.BashAsync($"chmod +x {source.Directory}/bin/*")).ExpectSuccess();
        await source.CommitAsync("executable");
        (await platform.CliAsync("env-set", "--app", app, $"BUILDPACK_URL={source.Directory}")).ExpectSuccess();
        return source;
    }

    private Task StatusIsAsync(string app, string status) =>
        Wait.ForAsync<object>(async () => await LastStatusAsync(app) == status ? app : null, $"the status {status} of {app}");

    private async Task<string?> LastStatusAsync(string app) =>
        (await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"]!.AsArray() is [var last, ..] ? last!["status"]!.GetValue<string>() : null;

    private async Task<int> CountAsync(string app, string text) =>
        (await platform.CliAsync("logs", "--app", app, "-n", "1000")).Output.Split('\n').Count(l => l.EndsWith(text, StringComparison.Ordinal));
}

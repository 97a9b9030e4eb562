using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

[Collection("platform")]
public sealed class FaultTests(GantryPlatform platform)
{
    [Fact]
    public async Task DaemonKilled_ContainersRunOnAndServeAgainWithoutALostLine()
    {
        var app = await platform.CreateAppAsync("survive");
        using var source = await SourceTree.FromFilesAsync(
            platform, ("Procfile", "web: python3 server.py\nclock: i=0; while true; do echo tick $i; i=$((i+1)); sleep 0.01; done\n"), ("server.py", TinyApps.Server), ("version", "v1"));
        (await source.PushAsync(app)).ExpectSuccess();
        (await platform.CliAsync("scale", "--app", app, "clock:1")).ExpectSuccess();
        var before = await IdsAsync(app);

        await platform.KillDaemonAsync();
        await platform.StartAsync();
        await Wait.ForAsync<object>(async () => (await platform.GetAsync(app)).Status == HttpStatusCode.OK ? app : null, "serving again");

        Assert.Equal(before, await IdsAsync(app));
        await AssertTicksAsync(app, 200);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task DaemonKilled_ExitOfAOneOffMeanwhile_IsKnownAfterwards()
    {
        var app = await DeployAsync("exitcode");
        (await platform.CliAsync("run", "--app", app, "-d", "sleep 1; echo farewell words; exit 9")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await platform.ContainersAsync(app)).Any(c => c["label"]!.GetValue<string>().StartsWith("one-off", StringComparison.Ordinal) && c["state"]!.GetValue<string>() == "running") ? app : null,
            "the running one-off");

        await platform.KillDaemonAsync();
        await Wait.ForAsync<object>(async () => (await Shell.BashAsync("pgrep -f '[f]arewell words'")).ExitCode != 0 ? app : null, "the end of the one-off");
        await platform.StartAsync();

        await Wait.ForAsync<object>(
            async () => (await platform.CliAsync("logs", "--app", app, "-n", "100")).Output.Contains("farewell words", StringComparison.Ordinal) ? app : null, "its last words");
        await Wait.ForAsync<object>(async () => (await platform.ContainersAsync(app)).Count == 1 ? app : null, "only web-1");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task PowerCut_NothingLeftRunning_EverythingComesBackByItself()
    {
        var app = await DeployAsync("powercut");
        var before = await IdsAsync(app);

        await platform.KillDaemonAsync();
        // What a reboot leaves: no supervisor and no process of a container. The data is there, the run directory is not.
        (await Shell.BashAsync($"pid=$(pgrep -f '{platform.Root}/[r]un/supervisor.json'); kill -KILL $pid; for p in $(cat /sys/fs/cgroup/pids/{platform.InstanceName}/*/cgroup.procs /sys/fs/cgroup/{platform.InstanceName}/*/cgroup.procs 2>/dev/null); do kill -KILL $p; done; true")).ExpectSuccess();
        await platform.StartAsync();

        await Wait.ForAsync<object>(async () => (await platform.GetAsync(app)).Status == HttpStatusCode.OK ? app : null, "serving again");
        Assert.NotEqual(before, await IdsAsync(app));
        await platform.DestroyAsync(app);
    }

    /// <summary>As many releases as <c>GANTRY_E2E_RELEASES</c> says, 20 without it.</summary>
    [Fact]
    public async Task Deploy_ManyTimesUnderLoad_NoRequestFails()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("GANTRY_E2E_RELEASES") ?? "20", null);
        var app = await DeployAsync("zerodown");
        (await platform.CliAsync("scale", "--app", app, "web:2")).ExpectSuccess();
        using var second = await TinyApps.WebAsync(platform, "v2");
        (await second.PushAsync(app, "+main")).ExpectSuccess();
        var releases = (await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"]!.AsArray().Select(d => d!["id"]!.GetValue<string>()).Take(2).ToList();
        using var stop = new CancellationTokenSource();
        var load = new[] { "/slow", "/", "/", "/" }.Select(path => Asked.UntilAsync(() => platform.GetAsync(app, path), stop.Token)).ToList();

        for (var i = 0; i < count; i++)
            (await platform.CliAsync("rollback", "--app", app, releases[(i + 1) % 2])).ExpectSuccess();
        await stop.CancelAsync();
        var results = await Task.WhenAll(load);

        Assert.Empty(results.SelectMany(r => r.Failed));
        Assert.True(results.Sum(r => r.Answered) > 200, "the load did not run");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Scale_TwoAtOnce_OneIsRefused()
    {
        var app = await DeployAsync("scales");

        var both = await Task.WhenAll(ScaleAsync(app, 3), ScaleAsync(app, 2));

        Assert.Contains(HttpStatusCode.Accepted, both);
        Assert.All(both, s => Assert.True(s is HttpStatusCode.Accepted or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest, s.ToString()));
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Destroy_Everything_LeavesTheHostAsItWas()
    {
        var app = await DeployAsync("leaks");
        (await platform.CliWithInputAsync("", "run", "--app", app, "--silent", "true")).ExpectSuccess();

        await platform.DestroyAsync(app);

        await Wait.ForAsync<object>(async () => (await platform.ApiGetAsync("/v1/apps"))["apps"]!.AsArray().All(a => a!["name"]!.GetValue<string>() != app) ? app : null, "the end of the app");
        await Wait.ForAsync<object>(
            async () => (await Shell.BashAsync($"ls -d /sys/fs/cgroup/memory/{platform.InstanceName}/*/ /sys/fs/cgroup/{platform.InstanceName}/*/ 2>/dev/null | wc -l; ls {platform.DataDirectory}/containers | wc -l")).Output.Split().All(n => n is "0" or "") ? app : null,
            "no cgroup and no container folder left");
        Assert.Empty((await Shell.BashAsync($"grep -c '{platform.Root}' /proc/mounts || true")).Output.Trim().Replace("0", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PusherGone_DuringTheBuild_AbortsTheDeployment()
    {
        var app = await platform.CreateAppAsync("gone");
        using var source = await SourceTree.FromFilesAsync(
            platform, ("Procfile", "web: true"), ("bin/detect", "#!/bin/bash\necho slow\n"), ("bin/compile", "#!/bin/bash\necho building; sleep 300\n"), ("bin/release", "#!/bin/bash\necho '---'\n"));
        (await Shell.BashAsync($"chmod +x {source.Directory}/bin/*")).ExpectSuccess();
        await source.CommitAsync("executable");
        (await platform.CliAsync("env-set", "--app", app, $"BUILDPACK_URL={source.Directory}")).ExpectSuccess();
        using var push = Shell.Start("git", ["push", platform.GitUrl(app), "main"], platform.ClientEnvironment, source.Directory);
        await Wait.ForAsync<object>(async () => await LastStatusAsync(app) == "building" ? app : null, "the build");

        push.Kill(entireProcessTree: true);

        await Wait.ForAsync<object>(async () => await LastStatusAsync(app) == "aborted" ? app : null, "the abortion", TimeSpan.FromSeconds(60));
        await platform.DestroyAsync(app);
    }

    private async Task AssertTicksAsync(string app, int atLeast)
    {
        var text = await Wait.ForAsync<string>(
            async () => (await platform.CliAsync("logs", "--app", app, "-n", "100000", "--filter", "clock")).Output is { } all && all.Split("tick ").Length > atLeast ? all : null, $"{atLeast} ticks");
        var ticks = text.Split('\n').Where(l => l.Contains("tick ", StringComparison.Ordinal)).Select(l => int.Parse(l[(l.LastIndexOf(' ') + 1)..], null)).ToList();
        Assert.Equal(Enumerable.Range(ticks[0], ticks.Count), ticks);
    }

    private async Task<HttpStatusCode> ScaleAsync(string app, int amount)
    {
        var body = $"{{\"containers\":[{{\"name\":\"web\",\"amount\":{amount},\"size\":\"\"}}]}}";
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await platform.Api.PostAsync($"/v1/apps/{app}/scale", content);
        return response.StatusCode;
    }

    private async Task<string> DeployAsync(string prefix)
    {
        var app = await platform.CreateAppAsync(prefix);
        using var source = await TinyApps.WebAsync(platform);
        (await source.PushAsync(app)).ExpectSuccess();
        return app;
    }

    private async Task<IReadOnlyList<string>> IdsAsync(string app) =>
        [.. (await platform.ContainersAsync(app)).Select(c => c["id"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

    private async Task<string?> LastStatusAsync(string app) =>
        (await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"] is System.Text.Json.Nodes.JsonArray { Count: > 0 } all ? all[0]!["status"]!.GetValue<string>() : null;
}

using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>A whole platform on a Docker Engine: what tenants and operators do, as on the native runtime.</summary>
[Collection("docker")]
public sealed class DockerRuntimeTests(DockerPlatform docker)
{
    private readonly GantryPlatform _platform = docker.Platform;

    [Fact]
    public async Task Push_OfASample_IsBuiltServedAndLoggedThroughTheEngine()
    {
        var app = await _platform.CreateAppAsync("node");
        using var source = await SourceTree.FromSampleAsync(_platform, "node-hello");

        var push = (await source.PushAsync(app)).ExpectSuccess();

        Assert.Contains($"http://{app}.apps.localhost:{_platform.EdgePort}", push.Error, StringComparison.Ordinal);
        var (status, body) = await _platform.GetAsync(app, "/");
        Assert.Equal((HttpStatusCode.OK, $"Hello from {app} on web-1\n"), (status, body));
        var log = await WaitForLogAsync(app, "GET / 200");
        Assert.Contains("UTC [web-1]", log, StringComparison.Ordinal);
        Assert.Contains("listening on", log, StringComparison.Ordinal);
        Assert.StartsWith("syslog tcp+tls://127.0.0.1:", Assert.Single(await docker.InspectAsync(app, "{{.HostConfig.LogConfig.Type}} {{index .HostConfig.LogConfig.Config \"syslog-address\"}}")), StringComparison.Ordinal);
        await _platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Scale_UpAndDown_ChangesWhoAnswersAndWhatTheEngineRuns()
    {
        var app = await DeployAsync("scale");

        (await _platform.CliAsync("scale", "--app", app, "web:3")).ExpectSuccess();
        var three = await AnswersAsync(app, 30);
        var running = (await docker.InspectAsync(app, "{{.State.Running}}")).Count(r => r == "true");
        (await _platform.CliAsync("scale", "--app", app, "web:1")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await _platform.ContainersAsync(app)).Count == 1 ? app : null, "one container");
        var one = await AnswersAsync(app, 10);

        Assert.Equal(["v1 web-1", "v1 web-2", "v1 web-3"], three);
        Assert.Equal(3, running);
        Assert.Equal(["v1 web-1"], one);
        await _platform.DestroyAsync(app);
    }

    [Fact]
    public async Task OneOffs_WithATerminalOrDetached_TellTheirExitAndTheirWords()
    {
        var app = await DeployAsync("run");

        var run = await _platform.CliWithInputAsync("", "run", "--app", app, "echo out of $APP; id -u; touch /x || echo read-only; exit 7");
        (await _platform.CliAsync("run", "--app", app, "-d", "echo from a detached one-off; exit 5")).ExpectSuccess();

        Assert.Equal(7, run.ExitCode);
        Assert.Contains($"out of {app}", run.Output, StringComparison.Ordinal);
        Assert.Contains("1000", run.Output, StringComparison.Ordinal);
        Assert.Contains("read-only", run.Output, StringComparison.Ordinal);
        await WaitForLogAsync(app, "from a detached one-off");
        var memory = await _platform.CliWithInputAsync("", "run", "--app", app, "--size", "S", "python3 -c 'x = bytearray(900 * 1024 * 1024); print(len(x))'");
        Assert.Equal(137, memory.ExitCode);
        await WaitForLogAsync(app, "256");
        await _platform.DestroyAsync(app);
    }

    [Fact]
    public async Task DaemonKilled_ContainersRunOn_AndTheNextOneAdoptsThem()
    {
        var app = await _platform.CreateAppAsync("adopt");
        using var source = await SourceTree.FromFilesAsync(
            _platform, ("Procfile", "web: python3 server.py\nclock: i=0; while true; do echo tick $i; i=$((i+1)); sleep 0.05; done\n"), ("server.py", TinyApps.Server), ("version", "v1"));
        (await source.PushAsync(app)).ExpectSuccess();
        (await _platform.CliAsync("scale", "--app", app, "clock:1")).ExpectSuccess();
        (await _platform.CliAsync("run", "--app", app, "-d", "sleep 5; exit 9")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await _platform.ContainersAsync(app)) is { Count: 3 } all && all.All(c => (string?)c["state"] == "running") ? app : null, "the running one-off");
        var before = await docker.InspectAsync(app, "{{.Id}} {{.State.StartedAt}}");
        var oneOff = (await _platform.ContainersAsync(app)).Single(c => ((string)c["label"]!).StartsWith("one-off", StringComparison.Ordinal))["id"];
        var tick = LastTick(await WaitForLogAsync(app, "tick 5"));

        await _platform.KillDaemonAsync();
        await Wait.ForAsync<object>(
            async () => await docker.Engine.DockerAsync("inspect", "--format", "{{.State.ExitCode}} {{.State.Running}}", $"{_platform.InstanceName}-{oneOff}") == "9 false" ? app : null,
            "the end of the one-off while nobody looks");
        await _platform.StartAsync();

        await Wait.ForAsync<object>(async () => (await _platform.GetAsync(app)).Status == HttpStatusCode.OK ? app : null, "serving again");
        await Wait.ForAsync<object>(async () => (await _platform.ContainersAsync(app)).Count == 2 ? app : null, "the one-off's end on record");
        var after = await docker.InspectAsync(app, "{{.Id}} {{.State.StartedAt}}");
        Assert.Equal(2, after.Count);
        Assert.All(after, c => Assert.Contains(c, before));
        await Wait.ForAsync<object>(async () => LastTick(await LogAsync(app)) > tick + 100 ? app : null, "lines from after the restart");
        await _platform.GetAsync(app, "/after-the-restart");
        await WaitForLogAsync(app, "request /after-the-restart");
        await _platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Crash_IsLoggedAndRestarted()
    {
        var app = await _platform.CreateAppAsync("crash");
        using var source = await SourceTree.FromFilesAsync(
            _platform, ("Procfile", "web: python3 server.py & pid=$!; until [ -e /tmp/crash ]; do sleep 0.1; done; echo last words; kill -9 $pid; exit 3\n"),
            ("server.py", TinyApps.Server.Replace("body =", "self.path == '/crash' and open('/tmp/crash', 'w')\n        body =", StringComparison.Ordinal)), ("version", "v1"));
        (await source.PushAsync(app)).ExpectSuccess();
        var before = (await _platform.ContainersAsync(app)).Single()["id"]!.GetValue<string>();

        await _platform.GetAsync(app, "/crash");

        await Wait.ForAsync<object>(
            async () => (await _platform.ContainersAsync(app)) is [var only] && only["id"]!.GetValue<string>() != before && (await _platform.GetAsync(app)).Status == HttpStatusCode.OK ? app : null,
            "a new container that serves");
        await WaitForLogAsync(app, "exited by itself");
        await WaitForLogAsync(app, "last words");
        await _platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Destroy_LeavesNothingInTheEngineNorOnTheHost()
    {
        var app = await DeployAsync("leaks");
        (await _platform.CliWithInputAsync("", "run", "--app", app, "--silent", "true")).ExpectSuccess();
        Assert.NotEmpty(await docker.ContainersAsync());

        await _platform.DestroyAsync(app);

        var label = $"label=gantry.instance={_platform.InstanceName}";
        await Wait.ForAsync<object>(async () => (await docker.ContainersAsync("--all")).Length == 0 ? app : null, "no container");
        await Wait.ForAsync<object>(async () => (await docker.Engine.DockerAsync("network", "ls", "--quiet", "--filter", label)).Length == 0 ? app : null, "no network");
        await Wait.ForAsync<object>(async () => (await LeftAsync()).All(n => n == "0") ? app : null, "no folder, mount, loop device, interface or sender");
        Assert.Empty(await docker.Engine.DockerAsync("volume", "ls", "--quiet"));
    }

    [Fact]
    public async Task Doctor_OfADockerHost_NamesTheRuntimeAndWhatItCannotDo()
    {
        var doctor = await _platform.CliAsync("admin", "doctor");

        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains($"Docker: Docker Engine {await docker.Engine.DockerAsync("version", "--format", "{{.Server.Version}}")} at {docker.Engine.Socket}", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("The Docker Engine runs all containers as one user of the host.", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("block IO limits", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("tini-static", doctor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("crun", doctor.Output, StringComparison.Ordinal);
    }

    /// <summary>How many of each are there.</summary>
    private async Task<string[]> LeftAsync() => (await Shell.BashAsync(
        $"""
        ls {_platform.DataDirectory}/docker | wc -l
        grep -c {_platform.Root} /proc/mounts
        grep -l {_platform.Root} /sys/block/loop*/loop/backing_file 2>/dev/null | wc -l
        ip -o -4 addr | grep -c ' 10[.]251[.]'
        ls {_platform.DataDirectory}/syslog/sources | wc -l
        find /sys/fs/cgroup -mindepth 2 -type d -path '*/{_platform.InstanceName}/*' | wc -l
        """)).Output.Trim().Split('\n');

    private async Task<string> DeployAsync(string prefix)
    {
        var app = await _platform.CreateAppAsync(prefix);
        using var source = await TinyApps.WebAsync(_platform);
        (await source.PushAsync(app)).ExpectSuccess();
        return app;
    }

    private async Task<SortedSet<string>> AnswersAsync(string app, int requests)
    {
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < requests; i++)
            answers.Add((await _platform.GetAsync(app)).Body.Trim());
        return answers;
    }

    private async Task<string> LogAsync(string app) => (await _platform.CliAsync("logs", "--app", app, "-n", "100000")).Output;

    private Task<string> WaitForLogAsync(string app, string text) => Wait.ForAsync<string>(
        async () => await LogAsync(app) is var log && log.Contains(text, StringComparison.Ordinal) ? log : null, $"'{text}' in the log");

    private static int LastTick(string log) => log.Split('\n').Where(l => l.Contains("] tick ", StringComparison.Ordinal)).Select(l => int.Parse(l[(l.LastIndexOf(' ') + 1)..], null)).Last();
}

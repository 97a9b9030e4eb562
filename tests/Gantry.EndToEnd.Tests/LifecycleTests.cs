using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

[Collection("platform")]
public sealed class LifecycleTests(GantryPlatform platform)
{
    /// <summary>It was started in <c>/</c> as a service is, where this would be all files there are.</summary>
    [Fact]
    public void Daemon_StartedAsAService_WatchesNoFilesThere()
    {
        Assert.InRange(Directory.EnumerateFiles($"/proc/{platform.DaemonId}/fdinfo").Sum(Watches), 0, 20);

        static int Watches(string descriptor)
        {
            try
            {
                return File.ReadLines(descriptor).Count(l => l.StartsWith("inotify ", StringComparison.Ordinal));
            }
            catch (IOException)
            {
                // It was closed meanwhile.
                return 0;
            }
        }
    }

    [Fact]
    public async Task Scale_UpAndDown_ChangesWhoAnswers()
    {
        var app = await DeployAsync("scale");

        (await platform.CliAsync("scale", "--app", app, "web:3")).ExpectSuccess();
        var three = await AnswersAsync(app, 30);
        (await platform.CliAsync("scale", "--app", app, "web:1")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await platform.ContainersAsync(app)).Count == 1 ? app : null, "one container");
        var one = await AnswersAsync(app, 10);
        (await platform.CliAsync("scale", "--app", app, "web:0")).ExpectSuccess();
        var stopped = await Wait.ForAsync<object>(
            async () => (await platform.GetAsync(app)).Status == HttpStatusCode.ServiceUnavailable ? app : null, "503 of a stopped app");

        Assert.Equal(["v1 web-1", "v1 web-2", "v1 web-3"], three);
        Assert.Equal(["v1 web-1"], one);
        Assert.NotNull(stopped);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Restart_WhileServing_ReplacesTheContainer()
    {
        var app = await DeployAsync("restart");
        var before = (await platform.ContainersAsync(app)).Single()["id"]!.GetValue<string>();

        (await platform.CliAsync("restart", "--app", app)).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await platform.ContainersAsync(app)) is [var only] && only["id"]!.GetValue<string>() != before ? app : null, "a new container alone");

        Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(app)).Status);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Environment_AsDocumented_IsSeenInside()
    {
        var app = await DeployAsync("environ");
        (await platform.CliAsync("env-set", "--app", app, "GREETING=hello", "ALIAS=$GREETING")).ExpectSuccess();

        var run = (await platform.CliWithInputAsync("", "run", "--app", app, "--silent", "env; id -u; touch /x || echo read-only")).ExpectSuccess();

        foreach (var expected in new[] { "GREETING=hello", "ALIAS=hello", $"APP={app}", "CONTAINER=one-off-", "STACK=gantry-12", "HOME=/app", "CONTAINER_MEMORY=536870912", "read-only" })
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Run_ExitCode_IsPassedThrough()
    {
        var app = await DeployAsync("runcode");

        var run = await platform.CliWithInputAsync("", "run", "--app", app, "echo out; exit 7");

        Assert.Equal(7, run.ExitCode);
        Assert.Contains("out", run.Output, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Run_Detached_WritesToTheAppsLog()
    {
        var app = await DeployAsync("detached");

        (await platform.CliAsync("run", "--app", app, "-d", "echo from a detached one-off")).ExpectSuccess();

        await WaitForLogAsync(app, "from a detached one-off");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Deploy_HookFails_KeepsTheOldRelease()
    {
        var app = await DeployAsync("hook");
        using var next = await TinyApps.WebAsync(platform, "v2", "postdeploy: echo migrating; exit 3\n");

        var push = await next.PushAsync(app, "+main");

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("exit code 3", push.Error, StringComparison.Ordinal);
        Assert.StartsWith("v1", (await platform.GetAsync(app)).Body, StringComparison.Ordinal);
        Assert.Equal("hook-error", await LastStatusAsync(app));
        await WaitForLogAsync(app, "migrating");
        await platform.DestroyAsync(app);
    }

    [Theory]
    [InlineData("sleep 600", "timeout-error", "did not accept connections")]
    [InlineData("python3 -m http.server 9999", "timeout-error", "did not accept connections")]
    [InlineData("echo last words; exit 4", "crashed-error", "code 4")]
    public async Task Deploy_AppThatDoesNotCome_KeepsTheOldReleaseAndSaysWhy(string web, string status, string reason)
    {
        var app = await DeployAsync("badapp");
        using var next = await TinyApps.CommandAsync(platform, web);

        var push = await next.PushAsync(app, "+main");

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains(reason, push.Error, StringComparison.Ordinal);
        Assert.Equal(status, await LastStatusAsync(app));
        Assert.StartsWith("v1", (await platform.GetAsync(app)).Body, StringComparison.Ordinal);
        if (web.Contains("last words", StringComparison.Ordinal))
            await WaitForLogAsync(app, "last words");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Stop_AppIgnoresSigterm_IsKilledAfterTheStopTime()
    {
        var app = await platform.CreateAppAsync("stubborn");
        using var source = await TinyApps.CommandAsync(platform, "trap '' TERM; python3 -c \"import signal,http.server,os; signal.signal(15, signal.SIG_IGN); http.server.HTTPServer(('', int(os.environ['PORT'])), http.server.SimpleHTTPRequestHandler).serve_forever()\"");
        (await source.PushAsync(app)).ExpectSuccess();

        (await platform.CliAsync("scale", "--app", app, "web:0")).ExpectSuccess();

        await Wait.ForAsync<object>(async () => (await platform.ContainersAsync(app)).Count == 0 ? app : null, "the end of the container");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Crash_FirstTime_RestartsAtOnceAndIsLogged()
    {
        var app = await platform.CreateAppAsync("crash");
        using var source = await SourceTree.FromSampleAsync(platform, "node-hello");
        (await source.PushAsync(app)).ExpectSuccess();
        var before = (await platform.ContainersAsync(app)).Single()["id"]!.GetValue<string>();

        await platform.GetAsync(app, "/crash");
        await Wait.ForAsync<object>(
            async () => (await platform.ContainersAsync(app)) is [var only] && only["id"]!.GetValue<string>() != before && (await platform.GetAsync(app)).Status == HttpStatusCode.OK ? app : null,
            "a new container that serves");

        await WaitForLogAsync(app, "exited by itself");
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Restart_NotReady_TheOldContainerServesAndItIsTriedAgain()
    {
        var app = await platform.CreateAppAsync("deaf");
        using var source = await SourceTree.FromFilesAsync(
            platform, ("Procfile", "web: [ -z \"$DEAF\" ] || sleep 600; exec python3 server.py\n"), ("server.py", TinyApps.Server), ("version", "v1"));
        (await source.PushAsync(app)).ExpectSuccess();
        var before = (await platform.ContainersAsync(app)).Single()["id"]!.GetValue<string>();

        (await platform.CliAsync("env-set", "--app", app, "DEAF=1")).ExpectSuccess();
        var restart = await platform.CliAsync("restart", "--app", app);
        await WaitForLogAsync(app, "is tried again in 1 s (retry 1 of 20)");
        var meanwhile = await platform.GetAsync(app);
        (await platform.CliAsync("env-unset", "--app", app, "DEAF")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await platform.ContainersAsync(app)) is [var only] && only["id"]!.GetValue<string>() != before ? app : null, "the new container alone");

        Assert.NotEqual(0, restart.ExitCode);
        Assert.Contains("web-1 does not become ready", restart.All, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, meanwhile.Status);
        Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(app)).Status);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task MemoryLimit_Passed_IsExplained()
    {
        var app = await DeployAsync("memory");

        var run = await platform.CliWithInputAsync("", "run", "--app", app, "--size", "S", "python3 -c 'x = bytearray(900 * 1024 * 1024); print(len(x))'");

        Assert.Equal(137, run.ExitCode);
        await WaitForLogAsync(app, "256");
        await platform.DestroyAsync(app);
    }

    private async Task<string> DeployAsync(string prefix)
    {
        var app = await platform.CreateAppAsync(prefix);
        using var source = await TinyApps.WebAsync(platform);
        (await source.PushAsync(app)).ExpectSuccess();
        return app;
    }

    private async Task<SortedSet<string>> AnswersAsync(string app, int requests)
    {
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < requests; i++)
        {
            var (status, body) = await platform.GetAsync(app);
            Assert.Equal(HttpStatusCode.OK, status);
            answers.Add(body.Trim());
        }

        return answers;
    }

    private async Task WaitForLogAsync(string app, string text) =>
        await Wait.ForAsync<object>(
            async () => (await platform.CliAsync("logs", "--app", app, "-n", "1000")).Output.Contains(text, StringComparison.Ordinal) ? app : null, $"'{text}' in the log");

    private async Task<string> LastStatusAsync(string app) =>
        ((JsonNode)(await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"]![0]!)["status"]!.GetValue<string>();
}

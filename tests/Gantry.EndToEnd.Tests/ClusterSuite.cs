using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Several hosts: what tenants notice of them, which should be nothing.</summary>
public abstract class ClusterSuite(Cluster cluster)
{
    private const string Server =
        """
        require('http').createServer((q, r) => {
          if (q.url === '/address') return r.end(Object.values(require('os').networkInterfaces()).flat().find(a => !a.internal && a.family === 'IPv4').address);
          if (q.url === '/slow') return setTimeout(() => r.end(process.env.CONTAINER + '\n'), 300);
          console.log(process.env.CONTAINER + ' got ' + q.url);
          r.end(process.env.CONTAINER + '\n');
        }).listen(process.env.PORT);
        """;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected GantryPlatform Platform => cluster.Platform;

    [Fact]
    public async Task App_OnTwoHosts_IsServedByBoth_AndItsLogsAndShellsAreThere()
    {
        var app = await DeployAsync("wide");
        var (one, two) = (await cluster.PlaceAsync(app, "web-1"), await cluster.PlaceAsync(app, "web-2"));
        Assert.NotNull(one);
        Assert.NotNull(two);
        Assert.NotEqual(one, two);

        var answers = new HashSet<string>();
        for (var i = 0; i < 20; i++)
            answers.Add((await Platform.GetAsync(app, $"/request-{i}")).Body.Trim());
        Assert.Equal(["web-1", "web-2"], answers.Order());

        await Wait.ForAsync<object>(
            async () => await LogAsync(app) is var log && log.Contains("web-1 got /request-", StringComparison.Ordinal) && log.Contains("web-2 got /request-", StringComparison.Ordinal) ? app : null,
            "lines of both hosts in one log");
        var run = await Platform.CliAsync("run", "--app", app, "--silent", "echo from $CONTAINER; exit 7");
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("from one-off-", run.Output, StringComparison.Ordinal);
        var stats = JsonNode.Parse((await Platform.CliAsync("stats", "--app", app, "--format", "json")).ExpectSuccess().Output)!.ToJsonString();
        Assert.Contains("web-2", stats, StringComparison.Ordinal);
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Container_OfAnotherHost_IsReachedByTheRouterAndByNobodyElse()
    {
        var app = await DeployAsync("shut");
        var addresses = new HashSet<string>();
        for (var i = 0; i < 20; i++)
            addresses.Add((await Platform.GetAsync(app, "/address")).Body.Trim());
        Assert.Equal(2, addresses.Count);

        foreach (var address in addresses)
        {
            var tried = await Platform.CliAsync("run", "--app", app, "--silent", $"timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/5000' && echo open || echo shut");
            Assert.Contains("shut", tried.Output, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await Platform.GetAsync(app)).Status);
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Host_WhosePowerIsCut_LosesNoRequestButThoseThatWereThere_AndComesBack()
    {
        var app = await DeployAsync("lost");
        var dead = (await cluster.PlaceAsync(app, "web-1"))!.Value;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Asked.UntilAsync(() => Platform.GetAsync(app, "/slow"), stop.Token)));

        (await cluster.RunAsync("kill-host", $"{dead}")).ExpectSuccess();
        var killed = DateTime.UtcNow;
        await Wait.ForAsync<object>(
            async () => await cluster.PlaceAsync(app, "web-1") is { } place && place != dead && await ServesAsync(app, "web-1") ? app : null, "web-1 on another host");
        var recovery = DateTime.UtcNow - killed;
        await stop.CancelAsync();
        var all = await load;
        var (answered, failed) = (all.Sum(a => a.Answered), all.SelectMany(a => a.Failed).ToList());

        TestContext.Current.SendDiagnosticMessage(
            $"recovered in {recovery.TotalSeconds:0.0} s; {answered} answered, the slowest in {all.Max(a => a.Slowest).TotalSeconds:0.0} s, {failed.Count} failed: {string.Join("; ", failed)}");
        Assert.InRange(recovery, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30));
        Assert.True(failed.Count <= 4, $"{failed.Count} of {answered + failed.Count} requests failed: {string.Join("; ", failed)}");
        await cluster.UntilAsync(dead, "lost");
        Assert.Contains("Its host stopped answering", await LogAsync(app), StringComparison.Ordinal);

        (await cluster.RunAsync("start-host", $"{dead}")).ExpectSuccess();
        await cluster.UntilAsync(dead, "ready");
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Hosts_ThatAllLosePower_ComeBackWithAllTheyHad_WithoutHands()
    {
        var app = await DeployAsync("dark");
        (await Platform.CliAsync("scale", "--app", app, "web:6")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => await ServesAllAsync(app, 6) ? app : null, "all six");

        var all = await cluster.NumbersAsync();
        foreach (var host in all)
            (await cluster.RunAsync("kill-host", $"{host}")).ExpectSuccess();
        try
        {
            foreach (var host in all)
                await cluster.UntilAsync(host, "lost");
        }
        finally
        {
            foreach (var host in all)
                (await cluster.RunAsync("start-host", $"{host}")).ExpectSuccess();
        }

        await Wait.ForAsync<object>(async () => await ServesAllAsync(app, 6) ? app : null, "all six, again");
        Assert.Equal(6, (await Platform.ContainersAsync(app)).Count(c => (string?)c["state"] == "running"));
        await Platform.DestroyAsync(app);
    }

    [Theory]
    [InlineData("partition", "heal")]
    [InlineData("pause", "resume")]
    public async Task Host_ThatWasNotHeard_StopsWhatWasMovedBeforeItServesAgain(string part, string join)
    {
        var app = await DeployAsync("parted");
        var cut = (await cluster.PlaceAsync(app, "web-1"))!.Value;
        var moved = (string)(await Platform.ContainersAsync(app)).Single(c => (string?)c["label"] == "web-1")["id"]!;
        // By its control group: nobody needs to be asked.
        var group = await GroupAsync(cut, moved);

        (await cluster.RunAsync(part, $"{cut}")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => await cluster.PlaceAsync(app, "web-1") is { } place && place != cut && await ServesAsync(app, "web-1") ? app : null, "web-1 on another host");
        Assert.True(Directory.Exists(group), group);
        (await cluster.RunAsync(join, $"{cut}")).ExpectSuccess();
        await cluster.UntilAsync(cut, "ready");

        Assert.False(Directory.Exists(group));
        Assert.Contains("it is not wanted on this host any more", cluster.AgentLog(cut), StringComparison.Ordinal);
        Assert.Equal(2, (await Platform.ContainersAsync(app)).Count);
        await Platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Control_ThatIsKilled_FindsTheContainersOfAllHosts()
    {
        var app = await DeployAsync("kept");
        var before = (await Platform.ContainersAsync(app)).Select(c => (string)c["id"]!).Order().ToList();

        await Platform.KillDaemonAsync();
        await Platform.StartAsync();
        await Wait.ForAsync<object>(async () => await ServesAsync(app, "web-1") && await ServesAsync(app, "web-2") ? app : null, "both containers in the routes");

        Assert.Equal(before, (await Platform.ContainersAsync(app)).Select(c => (string)c["id"]!).Order());
        await Platform.DestroyAsync(app);
    }

    protected async Task<string> DeployAsync(string prefix)
    {
        var app = await Platform.CreateAppAsync(prefix);
        using var tree = await SourceTree.FromFilesAsync(Platform, ("Procfile", "web: node server.js\n"), ("server.js", Server));
        (await Platform.GitAsync(tree.Directory, "push", Platform.GitUrl(app), "main")).ExpectSuccess();
        (await Platform.CliAsync("scale", "--app", app, "web:2")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => await ServesAsync(app, "web-1") && await ServesAsync(app, "web-2") ? app : null, "both containers");
        return app;
    }

    private async Task<bool> ServesAsync(string app, string label)
    {
        for (var i = 0; i < 6; i++)
            if ((await Platform.GetAsync(app)).Body.Trim() == label)
                return true;
        return false;
    }

    private async Task<bool> ServesAllAsync(string app, int webs)
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < webs * 6; i++)
            seen.Add((await Platform.GetAsync(app)).Body.Trim());
        return seen.SetEquals(Enumerable.Range(1, webs).Select(w => $"web-{w}"));
    }

    private async Task<string> LogAsync(string app) => (await Platform.CliAsync("logs", "--app", app, "-n", "500")).ExpectSuccess().Output;

    /// <summary>The control group of a container, as a folder.</summary>
    protected abstract Task<string> GroupAsync(int host, string container);

    /// <summary>In the version that this machine has.</summary>
    protected static string Groups => Directory.Exists("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
}

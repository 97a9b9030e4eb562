using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Apps that are asked without a pause while something is done to the cluster.</summary>
internal sealed class AskedApps(GantryPlatform platform)
{
    private const string Server =
        """
        const server = require('http').createServer((q, r) => setTimeout(() => r.end(process.env.CONTAINER + '\n'), q.url === '/slow' ? 300 : 0));
        server.listen(process.env.PORT);
        """;

    public async Task<string> DeployAsync(string prefix, int webs)
    {
        var app = await platform.CreateAppAsync(prefix);
        using var tree = await SourceTree.FromFilesAsync(platform, ("Procfile", "web: node server.js\n"), ("server.js", Server));
        (await platform.GitAsync(tree.Directory, "push", platform.GitUrl(app), "main")).ExpectSuccess();
        (await platform.CliAsync("scale", "--app", app, $"web:{webs}")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await platform.ContainersAsync(app)).Count(c => (string?)c["state"] == "running") == webs ? app : null, "all containers");
        return app;
    }

    /// <summary>What is done meanwhile succeeds, and no request to these apps fails.</summary>
    public async Task<T> ServeAsync<T>(IEnumerable<string> apps, Func<Task<T>> meanwhile)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Task.WhenAll(apps.SelectMany(a => new[] { "/", "/slow" }.Select(path => Asked.UntilAsync(() => platform.GetAsync(a, path), stop.Token))));
        var result = await meanwhile();
        await stop.CancelAsync();
        var all = await load;
        var failed = all.SelectMany(a => a.Failed).ToList();
        TestContext.Current.SendDiagnosticMessage($"{all.Sum(a => a.Answered)} answered, the slowest in {all.Max(a => a.Slowest).TotalSeconds:0.0} s, {failed.Count} failed: {string.Join("; ", failed)}");
        Assert.Empty(failed);
        Assert.True(all.All(a => a.Answered > 0));
        return result;
    }
}

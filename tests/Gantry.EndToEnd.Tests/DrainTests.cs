using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>A host is emptied and taken away while its apps are asked without a pause.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DrainTests(Cluster cluster)
{
    private const string Server =
        """
        const server = require('http').createServer((q, r) => setTimeout(() => r.end(process.env.CONTAINER + '\n'), q.url === '/slow' ? 300 : 0));
        server.listen(process.env.PORT);
        """;

    private GantryPlatform Platform => cluster.Platform;

    [Fact]
    public async Task Host_DrainedUnderRequests_FailsNone_AndIsRemoved()
    {
        var closed = Cluster.Hosts;
        (await Platform.CliAsync("hosts", "cordon", Cluster.IdOf(closed))).ExpectSuccess();
        var (single, pair) = (await DeployAsync("single", 1), await DeployAsync("pair", 2));
        var leaving = (await cluster.PlaceAsync(single, "web-1"))!.Value;
        Assert.Contains(leaving, new[] { await cluster.PlaceAsync(pair, "web-1"), await cluster.PlaceAsync(pair, "web-2") });
        (await Platform.CliAsync("hosts", "uncordon", Cluster.IdOf(closed))).ExpectSuccess();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Task.WhenAll(new[] { single, pair }.SelectMany(a => new[] { LoadAsync(a, "/", stop.Token), LoadAsync(a, "/slow", stop.Token) }));

        var drained = (await Platform.CliAsync("hosts", "drain", Cluster.IdOf(leaving), "--format", "json")).ExpectSuccess();
        await stop.CancelAsync();
        var all = await load;

        var (answered, failed) = (all.Sum(a => a.Answered), all.SelectMany(a => a.Failed).ToList());
        TestContext.Current.SendDiagnosticMessage($"{answered} answered, the slowest in {all.Max(a => a.Slowest).TotalSeconds:0.0} s, {failed.Count} failed: {string.Join("; ", failed)}");
        Assert.Empty(failed);
        Assert.True(all.All(a => a.Answered > 0));
        var shown = JsonNode.Parse(drained.Output)!;
        Assert.Equal(("drained", 2, 2), ((string?)shown["status"], (int)shown["total"]!, (int)shown["moved"]!));
        await cluster.UntilAsync(leaving, "drained");
        foreach (var (app, label) in new[] { (single, "web-1"), (pair, "web-1"), (pair, "web-2") })
            Assert.NotEqual(leaving, (await cluster.PlaceAsync(app, label))!.Value);
        Assert.Empty(Directory.EnumerateDirectories(ControlGroup(leaving), "ct-*"));
        Assert.Equal((1, 2), ((await Platform.ContainersAsync(single)).Count, (await Platform.ContainersAsync(pair)).Count));

        (await Platform.CliAsync("hosts", "remove", Cluster.IdOf(leaving))).ExpectSuccess();
        Assert.DoesNotContain(Cluster.IdOf(leaving), (await cluster.HostsAsync()).Select(h => (string?)h["id"]));
        Assert.Equal(HttpStatusCode.OK, (await Platform.GetAsync(single)).Status);
        await Platform.DestroyAsync(single);
        await Platform.DestroyAsync(pair);
        // The other tests count on as many hosts as before.
        await cluster.AddHostAsync();
        await cluster.UntilAsync(Cluster.Hosts + 1, "ready");
    }

    private async Task<string> DeployAsync(string prefix, int webs)
    {
        var app = await Platform.CreateAppAsync(prefix);
        using var tree = await SourceTree.FromFilesAsync(Platform, ("Procfile", "web: node server.js\n"), ("server.js", Server));
        (await Platform.GitAsync(tree.Directory, "push", Platform.GitUrl(app), "main")).ExpectSuccess();
        (await Platform.CliAsync("scale", "--app", app, $"web:{webs}")).ExpectSuccess();
        await Wait.ForAsync<object>(
            async () => (await Platform.ContainersAsync(app)).Count(c => (string?)c["state"] == "running") == webs ? app : null, "all containers");
        return app;
    }

    private static string ControlGroup(int host) =>
        new[] { "pids/", "" }.Select(hierarchy => $"/sys/fs/cgroup/{hierarchy}{Cluster.IdOf(host)}").First(Directory.Exists);

    private async Task<(int Answered, TimeSpan Slowest, List<string> Failed)> LoadAsync(string app, string path, CancellationToken token)
    {
        var (answered, slowest, failed) = (0, TimeSpan.Zero, new List<string>());
        while (!token.IsCancellationRequested)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            try
            {
                var (status, body) = await Platform.GetAsync(app, path);
                if (status == HttpStatusCode.OK)
                    answered++;
                else
                    failed.Add($"{(int)status} {body.Split('\n')[0]}");
            }
            catch (HttpRequestException e)
            {
                failed.Add(e.Message);
            }

            if (System.Diagnostics.Stopwatch.GetElapsedTime(began) is var took && took > slowest)
                slowest = took;
        }

        return (answered, slowest, failed);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>A host is emptied and taken away while its apps are asked without a pause.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DrainTests(Cluster cluster)
{
    private GantryPlatform Platform => cluster.Platform;

    [Fact]
    public async Task Host_DrainedUnderRequests_FailsNone_AndIsRemoved()
    {
        var closed = Cluster.Hosts;
        var asked = new AskedApps(Platform);
        (await Platform.CliAsync("hosts", "cordon", Cluster.IdOf(closed))).ExpectSuccess();
        var (single, pair) = (await asked.DeployAsync("single", 1), await asked.DeployAsync("pair", 2));
        var leaving = (await cluster.PlaceAsync(single, "web-1"))!.Value;
        Assert.Contains(leaving, new[] { await cluster.PlaceAsync(pair, "web-1"), await cluster.PlaceAsync(pair, "web-2") });
        (await Platform.CliAsync("hosts", "uncordon", Cluster.IdOf(closed))).ExpectSuccess();

        var drained = await asked.ServeAsync(
            [single, pair], async () => (await Platform.CliAsync("hosts", "drain", Cluster.IdOf(leaving), "--format", "json")).ExpectSuccess());

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

    internal static string ControlGroup(int host) =>
        new[] { "pids/", "" }.Select(hierarchy => $"/sys/fs/cgroup/{hierarchy}{Cluster.IdOf(host)}").First(Directory.Exists);
}

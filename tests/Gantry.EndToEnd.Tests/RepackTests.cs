using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>A cluster is repacked while its apps are asked without a pause.</summary>
[Collection(ClusterCollection.Name)]
public sealed class RepackTests(Cluster cluster)
{
    private GantryPlatform Platform => cluster.Platform;

    [Fact]
    public async Task Cluster_RepackedUnderRequests_FailsNone_AndFreesHosts()
    {
        var asked = new AskedApps(Platform);
        var apps = new List<string>();
        // Other tests may have exchanged some.
        var hosts = (await cluster.HostsAsync()).Select(h => (string)h["id"]!).Where(h => h.StartsWith(Cluster.Name, StringComparison.Ordinal)).Select(Cluster.NumberOf).Order().ToList();
        foreach (var host in hosts)
        {
            await OpenAsync(hosts, h => h == host);
            apps.Add(await asked.DeployAsync($"packed{host}", webs: host == hosts[0] ? 3 : 1));
            Assert.Equal(host, await cluster.PlaceAsync(apps[^1], "web-1"));
        }

        await OpenAsync(hosts, _ => true);
        var plan = JsonNode.Parse((await Platform.CliAsync("hosts", "repack", "--dry-run", "--format", "json")).ExpectSuccess().Output)!;
        Assert.Equal((3, 1), ((int)plan["hosts"]!["before"]!, (int)plan["hosts"]!["after"]!));

        var repacked = JsonNode.Parse((await asked.ServeAsync(
            apps, async () => (await Platform.CliAsync("hosts", "repack", "--at-once", "2", "--format", "json")).ExpectSuccess())).Output)!;

        TestContext.Current.SendDiagnosticMessage($"{repacked["moved"]} of {repacked["total"]} moved, from {repacked["since"]} to {repacked["ended"]}");
        Assert.Equal(("done", 0, (int)repacked["total"]!), ((string?)repacked["status"], (int)repacked["given_up"]!, (int)repacked["moved"]!));
        var freed = repacked["freed"]!.AsArray().Select(h => Cluster.NumberOf((string)h!)).ToList();
        Assert.Equal(2, freed.Count);
        var kept = hosts.Except(freed).Single();
        foreach (var (app, webs) in apps.Zip([3, 1, 1]))
        {
            Assert.Equal(webs, (await Platform.ContainersAsync(app)).Count);
            for (var web = 1; web <= webs; web++)
                Assert.Equal(kept, await cluster.PlaceAsync(app, $"web-{web}"));
        }

        Assert.All(freed, host => Assert.Empty(Directory.EnumerateDirectories(DrainTests.ControlGroup(host), "ct-*")));
        Assert.Contains("is done", (await Platform.CliAsync("hosts", "repack", "--status")).ExpectSuccess().Error, StringComparison.Ordinal);
        foreach (var app in apps)
            await Platform.DestroyAsync(app);
    }

    private async Task OpenAsync(IEnumerable<int> hosts, Func<int, bool> open)
    {
        foreach (var host in hosts)
            (await Platform.CliAsync("hosts", open(host) ? "uncordon" : "cordon", Cluster.IdOf(host))).ExpectSuccess();
    }
}

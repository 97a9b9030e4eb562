using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>What operators see of the scheduler, through the published client, and what tenants feel of it.</summary>
[Collection("client")]
public sealed class HostTests(GantryPlatform platform, ClientApp app)
{
    [Fact]
    public async Task Scale_BeyondWhatTheHostCanPromise_IsRefusedWithTheSentenceAndGoesOnWhenThereIsRoom()
    {
        var host = (string)(await HostAsync())["id"]!;
        (await app.GantryAsync("scale", "worker:0")).ExpectSuccess();
        (await platform.CliAsync("hosts", "label", host, "--class", "tight")).ExpectSuccess();
        try
        {
            var refused = await app.GantryAsync("scale", "worker:1:XL");
            var waiting = await platform.CliAsync("hosts", "explain", "worker-1", "--app", app.Name);
            var log = await app.WaitForLogAsync("[gantry] worker-1 waits for room");

            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("worker-1 has no place yet: 0 of 1 hosts: 1 lacks 2 GB of promisable memory", refused.Error, StringComparison.Ordinal);
            Assert.Contains("0 of 1 hosts: 1 lacks 2 GB of promisable memory", waiting.ExpectSuccess().Output, StringComparison.Ordinal);
            Assert.Contains("2 GB of promisable memory", log, StringComparison.Ordinal);
            Assert.Equal("booting", await StateAsync("worker-1"));
            Assert.StartsWith("v1", (await platform.GetAsync(app.Name)).Body, StringComparison.Ordinal);

            await app.GantryAsync("run", "--size", "XL", "--detached", "true");
            await app.WaitForLogAsync("could not start: No host has room for it: 0 of 1 hosts: 1 lacks 2 GB of promisable memory");
        }
        finally
        {
            (await platform.CliAsync("hosts", "label", host, "--class", "")).ExpectSuccess();
        }

        await Wait.ForAsync<object>(async () => await StateAsync("worker-1") == "running" ? app : null, "the worker that waited for room");
        var placed = JsonNode.Parse((await platform.CliAsync("hosts", "explain", "worker-1", "--app", app.Name, "--format", "json")).ExpectSuccess().Output)!;
        Assert.Equal(host, (string?)placed["host"]);
        Assert.Contains("best score", (string)placed["decision"]!, StringComparison.Ordinal);
        Assert.True((bool)placed["hosts"]![0]!["here"]!);
        (await app.GantryAsync("scale", "worker:0:M")).ExpectSuccess();
    }

    [Fact]
    public async Task Restart_OnAHostThatIsFull_TakesThePlacesOfWhatItReplaces()
    {
        var host = (string)(await HostAsync())["id"]!;
        var before = (string)(await app.JsonAsync("ps")).AsArray().Single(c => (string?)c!["label"] == "web-1")!["id"]!;
        (await platform.CliAsync("hosts", "label", host, "--class", "tiny")).ExpectSuccess();
        try
        {
            (await app.GantryAsync("restart", "web")).ExpectSuccess();
        }
        finally
        {
            (await platform.CliAsync("hosts", "label", host, "--class", "")).ExpectSuccess();
        }

        Assert.DoesNotContain((await app.JsonAsync("ps")).AsArray(), c => (string?)c!["id"] == before && (string?)c["state"] == "running");
    }

    [Fact]
    public async Task Hosts_OfOneMachine_AreListedExplainedAndRepackedInWords()
    {
        var host = await HostAsync();
        var id = (string)host["id"]!;
        var memory = host["resources"]!.AsArray().Single(r => (string?)r!["name"] == "memory")!;

        Assert.Equal("ready", (string?)host["status"]);
        Assert.Equal(4 * (long)memory["capacity"]!, (long)memory["promisable"]!);
        Assert.InRange((long)memory["reserved"]!, 512L << 20, (long)memory["promisable"]!);
        await Wait.ForAsync<object>(async () => (long)(await HostAsync())["resources"]![1]!["used"]! > 0 ? host : null, "the first sample");
        Assert.Contains(id, (await platform.CliAsync("hosts")).ExpectSuccess().Output, StringComparison.Ordinal);
        Assert.Contains("memory", (await platform.CliAsync("hosts", "hotspots")).ExpectSuccess().Output, StringComparison.Ordinal);
        Assert.Contains("Hosts in use     1 now, 1 after", (await platform.CliAsync("hosts", "repack", "--dry-run")).ExpectSuccess().Output, StringComparison.Ordinal);
        var snapshot = JsonNode.Parse((await platform.CliAsync("hosts", "snapshot")).ExpectSuccess().Output)!;
        Assert.Equal(id, (string?)snapshot["hosts"]![0]!["id"]);
        Assert.Contains(snapshot["containers"]!.AsArray(), c => (string?)c!["app"] == app.Name);
    }

    private async Task<JsonNode> HostAsync() => Assert.Single(JsonNode.Parse((await platform.CliAsync("hosts", "--format", "json")).ExpectSuccess().Output)!.AsArray())!;

    private async Task<string?> StateAsync(string label) =>
        (string?)(await app.JsonAsync("ps")).AsArray().LastOrDefault(c => (string?)c!["label"] == label)?["state"];
}

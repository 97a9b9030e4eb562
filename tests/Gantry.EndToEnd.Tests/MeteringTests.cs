using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>What operators bill from, with the daemon killed while an app and a build run.</summary>
[Collection("platform")]
public sealed class MeteringTests(GantryPlatform platform)
{
    [Fact]
    public async Task DaemonKilled_WhileAContainerRuns_ItsRecordGoesOnAndEndsOnce()
    {
        var app = await platform.CreateAppAsync("metered");
        using var source = await TinyApps.WebAsync(platform);
        (await source.PushAsync(app)).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await LinesAsync(app)).Any(l => Is(l, "container", running: true)) ? app : null, "the record of the container");

        await platform.KillDaemonAsync();
        await platform.StartAsync();
        var killed = (await LinesAsync(app)).Single(l => Is(l, "container", running: true));
        await Wait.ForAsync<object>(
            async () => (await LinesAsync(app)).Any(l => (long)l["seconds"]! > (long)killed["seconds"]!) ? app : null, "more seconds in the same record");
        (await platform.CliAsync("scale", "--app", app, "web:0")).ExpectSuccess();
        await Wait.ForAsync<object>(async () => (await LinesAsync(app)).All(l => !(bool)l["running"]!) ? app : null, "the end of the record");

        var lines = await LinesAsync(app);
        Assert.Equal((string?)killed["container"], (string?)Assert.Single(lines, l => (string?)l["kind"] == "container")["container"]);
        Assert.InRange((long)Assert.Single(lines, l => (string?)l["kind"] == "build")["seconds"]!, 0, 600);
        Assert.All(lines, l => Assert.Equal(Time(l["start"]).AddSeconds((long)l["seconds"]!), Time(l["stop"])));
        await platform.DestroyAsync(app);
        Assert.Equal(lines.Count, (await LinesAsync(app)).Count);
    }

    private static bool Is(JsonNode line, string kind, bool running) => (string?)line["kind"] == kind && (bool)line["running"]! == running;

    private static DateTimeOffset Time(JsonNode? node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    private async Task<List<JsonNode>> LinesAsync(string app)
    {
        var report = JsonNode.Parse((await platform.CliAsync("admin", "usage", "--by", "container", "--format", "json")).ExpectSuccess().Output)!;
        return [.. report["lines"]!.AsArray().Where(l => (string?)l!["app"]!["name"] == app).Select(l => l!)];
    }
}

using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>From the kernel's counters and the router's requests to a tenant's chart and an operator's scrape.</summary>
[Collection("platform")]
public sealed class MetricsTests(GantryPlatform platform)
{
    [Fact]
    public async Task App_ThatServes_HasChartsThatOutliveAKillOfTheDaemon()
    {
        var app = await platform.CreateAppAsync("charted");
        using var source = await TinyApps.WebAsync(platform);
        (await source.PushAsync(app)).ExpectSuccess();
        await Wait.ForAsync<object>(async () =>
        {
            await platform.GetAsync(app);
            return (await ChartAsync(app, "router")).Any(v => v > 0) && (await ChartAsync(app, "memory/web/1")).Any(v => v > 0) ? app : null;
        }, "points of memory and requests");

        var scrape = await ScrapeAsync();
        await platform.KillDaemonAsync();
        await platform.StartAsync();

        Assert.Contains(scrape, l => l.StartsWith("gantry_container_memory_bytes{", StringComparison.Ordinal) && l.Contains($"app=\"{app}\",container=\"web-1\"", StringComparison.Ordinal));
        Assert.Contains(scrape, l => l.StartsWith("gantry_host_run_queue ", StringComparison.Ordinal));
        Assert.Equal(1 + GantryPlatform.HostCount, scrape.Count(l => l.StartsWith("gantry_cluster_host_load{host=", StringComparison.Ordinal)));
        Assert.Contains(await ChartAsync(app, "memory"), v => v > 0);
        Assert.Contains(await ChartAsync(app, "p95_response_time"), v => v > 0);
        await platform.DestroyAsync(app);
    }

    private async Task<List<double>> ChartAsync(string app, string path)
    {
        JsonNode? chart = await platform.ApiGetAsync($"/v1/apps/{app}/stats/{path}?since=1");
        return [.. chart!.AsArray().Select(p => p!["value"]!.GetValue<double>())];
    }

    private async Task<string[]> ScrapeAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", platform.Token) } };
        using var response = await platform.Api.SendAsync(request, TestContext.Current.CancellationToken);
        return (await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
    }
}

using System.Net;
using System.Text.Json;
using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class MetricTests(ApiServer server)
{
    private static readonly DateTimeOffset Recent = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds());

    [Fact]
    public async Task Series_OfAnAppATypeAndAContainer_AreBareArraysOfMeans()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        Add(app, "web-1", 10);
        Add(app, "web-2", 30);
        Add(app, "worker-1", 80);

        var point = Assert.Single(Points(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/cpu")));
        Assert.Equal((Recent, 40), (point.GetProperty("time").GetDateTimeOffset(), point.GetProperty("value").GetDouble()));
        Assert.Equal(20, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/cpu/web?since=3")));
        Assert.Equal(30, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/cpu/web/2")));
        Assert.Equal(31, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/memory/web/2")));
        Assert.Empty(Points(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/cpu/web/3")));
    }

    [Fact]
    public async Task Series_OfRequests_AreAMinuteAndByStatus()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        Add(app, MetricSeries.Router, 100);
        await server.Apps.SetFormationAsync(app.Id, [new ProcessFormation("web", 2, "M", "")], default);

        Assert.Equal(600, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/router?since=1&status_code=all")));
        Assert.Equal(612, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/router?status_code=5XX")));
        Assert.Equal(300, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/rpm_per_container")));
        Assert.Equal(104, Value(await tenant.GetAsync($"/v1/apps/{app.Name}/stats/p95_response_time")));
        Assert.Equal(HttpStatusCode.BadRequest, (await tenant.GetAsync($"/v1/apps/{app.Name}/stats/router?status_code=200")).Status);
    }

    [Fact]
    public async Task Series_AskedForWrongly_SayWhatThereIs()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var stranger = await server.NewTenantAsync();
        (await tenant.GetAsync($"/v1/apps/{app.Name}/stats/heat")).IsMissing("metric");
        (await stranger.GetAsync($"/v1/apps/{app.Name}/stats/cpu")).IsMissing("app");
        foreach (var since in (string[])["0", "2161", "-1", "1.5", "yesterday"])
            Assert.Equal(HttpStatusCode.BadRequest, (await tenant.GetAsync($"/v1/apps/{app.Name}/stats/cpu?since={since}")).Status);
    }

    [Fact]
    public async Task Metrics_ThatThereAre_AnybodyMayList()
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        var answer = await Answer.ReadAsync(await http.GetAsync("/v1/features/metrics", TestContext.Current.CancellationToken));
        var metrics = answer.Root("metrics").EnumerateArray().ToList();
        Assert.All(metrics, m => m.Has("id!", "label!", "suffix!", "type!"));
        Assert.Equal(["cpu", "memory", "swap", "rpm_per_container", "p95_response_time", "5XX"], metrics.Select(m => m.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Prometheus_OfAnOperator_IsTextAndOfNobodyElse()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var usage = new ContainerUsage(new ContainerId("c\"1"), DateTimeOffset.UtcNow, 1_500_000_000, 100, 0, 1000, 0, 0, 0, 3) { SentBytes = 7, LostLogLines = 400 };
        server.Metrics.Containers = [new ContainerRates(usage, app.Id, "web-1", 50, 0, 0, 0, 0)];
        server.Metrics.Host = new HostUsage(DateTimeOffset.UtcNow, 2, 0.5, 3.25, 8000, 4000, 0, 0, 1000, 0, 1, 0.25, null, null);
        root.Http.DefaultRequestHeaders.Authorization = new("Bearer", root.ApiToken);
        await root.GetAsync("/admin/hosts");
        await server.Services.GetRequiredService<IHostStore>().RegisterAsync(
            new Host { Id = new HostId("silent-1"), Name = "silent", Capacity = new Dictionary<string, long>(), RegisteredAt = DateTimeOffset.UnixEpoch }, default);

        var answer = await root.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Message.Content.Headers.ContentType!.ToString());
        var lines = answer.Text.Split('\n');
        Assert.Contains($"gantry_container_cpu_seconds_total{{id=\"c\\\"1\",app=\"{app.Name}\",container=\"web-1\"}} 1.5", lines);
        Assert.Contains($"gantry_container_log_lines_lost_total{{id=\"c\\\"1\",app=\"{app.Name}\",container=\"web-1\"}} 400", lines);
        Assert.Contains("gantry_host_run_queue 3.25", lines);
        Assert.Contains("gantry_host_pressure_ratio{resource=\"cpu\"} 0.25", lines);
        Assert.Contains("gantry_cluster_host_load{host=\"host-1\"} 1.5", lines);
        Assert.Contains("gantry_cluster_host_disk_bytes{host=\"host-1\",state=\"free\"} 42949672960", lines);
        Assert.DoesNotContain(lines, l => l.Contains("\"silent-1\"", StringComparison.Ordinal));
        Assert.Contains("gantry_router_requests_total{status=\"5xx\"} 2", lines);
        Assert.All(lines.Where(l => l.Length > 0), l => Assert.Matches("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+({[a-z_]+=\".*\"})? [0-9.E+-]+)$", l));
        Assert.Equal(lines.Length, lines.Where(l => l.StartsWith("# TYPE", StringComparison.Ordinal)).Distinct().Count() * 2 + lines.Count(l => !l.StartsWith('#')));
        Assert.Equal(HttpStatusCode.Forbidden, (await tenant.GetAsync("/metrics")).Status);
        tenant.Http.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.GetAsync("/metrics")).Status);
    }

    /// <summary>Values one apart, so that no metric is taken for another.</summary>
    private void Add(App app, string label, float first)
    {
        var values = new MetricValues();
        for (var i = 0; i < MetricValues.Count; i++)
            values[i] = first + i;
        server.Metrics.Series[(app.Id, label)] = [new MetricPoint(Recent, values)];
    }

    private static List<JsonElement> Points(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return [.. answer.Body.EnumerateArray()];
    }

    private static double Value(Answer answer) => Assert.Single(Points(answer)).GetProperty("value").GetDouble();
}

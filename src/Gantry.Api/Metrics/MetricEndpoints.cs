using System.Globalization;
using Gantry.Agent.Metrics;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Metrics;

/// <summary>Charts of an app, a process type or one container.</summary>
internal static class MetricEndpoints
{
    private const int MaxHours = 90 * 24;

    public static void MapMetrics(this RouteGroupBuilder v1, RouteGroupBuilder app)
    {
        v1.MapGet("/features/metrics", () => Reply.Ok(new MetricsReply([.. MetricCatalog.All.Select(m => m.ToWire())])))
            .For(Access.Anyone).Produces<MetricsReply>().WithTags("Metrics").WithSummary("Metrics that there are");
        foreach (var path in (string[])["/stats/{metric}", "/stats/{metric}/{type}", "/stats/{metric}/{type}/{index}"])
            app.MapGet(path, Show).Produces<IReadOnlyList<MetricValueResource>>().WithTags("Metrics").WithSummary(
                "Series of a metric over the last hours (since=1..2160), as a bare array; means over the containers it is about");
    }

    private static async Task<IResult> Show(
        TargetApp app, string metric, string? type, string? index, string? since, [Microsoft.AspNetCore.Mvc.FromQuery(Name = "status_code")] string? statusCode,
        IHostMetrics metrics, IAppStore apps, TimeProvider time, CancellationToken token)
    {
        if (MetricCatalog.Find(metric, statusCode) is not { } found)
            return metric == "router"
                ? Reply.Error(StatusCodes.Status400BadRequest, "The parameter \"status_code\" must be all, 4XX or 5XX.", "bad_request")
                : Reply.NotFound("metric", $"There is no metric \"{metric}\"; there are: router, {string.Join(", ", MetricCatalog.All.Select(m => m.Id))}.");
        if (ReadHours(since) is not { } hours)
            return Reply.Error(StatusCodes.Status400BadRequest, $"The parameter \"since\" must be a number of hours from 1 to {MaxHours}.", "bad_request");
        metrics.Watch();
        var start = time.GetUtcNow().AddHours(-hours);
        var labels = found.OfRequests ? [MetricSeries.Router] : metrics.Labels(app.App.Id).Where(l => IsAskedFor(l, type, index));
        var share = found.Id == "rpm_per_container" ? await WebsAsync(app.App.Id, apps, token) : 1;
        return Reply.Ok<IReadOnlyList<MetricValueResource>>(
        [
            .. labels.SelectMany(l => metrics.Read(app.App.Id, l, start)).GroupBy(p => p.At).OrderBy(g => g.Key)
                .Select(g => new MetricValueResource(g.Key, Math.Round(g.Average(p => found.Value(p.Values)) / share, 2))),
        ]);
    }

    private static bool IsAskedFor(string label, string? type, string? index) =>
        type is null || (index is null ? label[..label.LastIndexOf('-')] == type : label == $"{type}-{index}");

    /// <summary>The formation of now: an app that was scaled meanwhile is off by as much in its past.</summary>
    private static async Task<int> WebsAsync(AppId app, IAppStore apps, CancellationToken token) =>
        Math.Max(1, (await apps.GetFormationAsync(app, token)).FirstOrDefault(f => f.Type == "web")?.Amount ?? 1);

    private static int? ReadHours(string? since) => since switch
    {
        null or "" => 1,
        _ when int.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= MaxHours => hours,
        _ => null,
    };
}

namespace Gantry.Contracts.V1;

/// <summary>One step of a series. The reply is a bare array of these, unlike every other of the v1 API.</summary>
public sealed record MetricValueResource(DateTimeOffset Time, double Value);

/// <summary>A metric that charts, alerts and autoscalers can use; <see cref="Type"/> is <c>global</c> or <c>router</c>.</summary>
public sealed record MetricResource(string Id, string Label, string Suffix, string Type);

public sealed record MetricsReply(IReadOnlyList<MetricResource> Metrics);

using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Metrics;

/// <summary>What the host and its containers use, now and in the past.</summary>
public interface IHostMetrics
{
    /// <summary>The last sample of the host; null before the first.</summary>
    HostUsage? Host { get; }

    /// <summary>The last sample of each running container, with its rates.</summary>
    IReadOnlyList<ContainerRates> Containers { get; }

    /// <summary>All requests since this process started.</summary>
    RequestTotals Requests { get; }

    /// <summary>Samples each second for the next half minute: somebody looks.</summary>
    void Watch();

    /// <summary>Notes a finished request of an app. Cheap, and safe from any thread.</summary>
    void CountRequest(AppId app, int status, TimeSpan duration);

    /// <summary>Labels of the containers of an app that have a series, running or not.</summary>
    IReadOnlyList<string> Labels(AppId app);

    /// <summary>A series from a time on, oldest first, in the finest steps that reach so far back; gaps have no points.</summary>
    /// <param name="label">Of a container (<c>web-1</c>), or <see cref="MetricSeries.Router"/>.</param>
    IReadOnlyList<MetricPoint> Read(AppId app, string label, DateTimeOffset since);
}

/// <summary>Counters of requests; they only grow.</summary>
public readonly record struct RequestTotals(long All, long ClientErrors, long ServerErrors, double Seconds);

/// <summary>Names and steps of what is kept.</summary>
public static class MetricSeries
{
    /// <summary>The series of an app's requests.</summary>
    public const string Router = "router";
}

/// <summary>The mean of one step: values in the order of <see cref="ContainerMetric"/> or <see cref="RequestMetric"/>.</summary>
public readonly record struct MetricPoint(DateTimeOffset At, MetricValues Values);

/// <summary>What a container's series keep: percent of one CPU, percent of its limits, bytes, and bytes a second.</summary>
public enum ContainerMetric { Cpu, MemoryPercent, SwapPercent, MemoryBytes, ReceivedPerSecond, SentPerSecond, ReadPerSecond, WrittenPerSecond }

/// <summary>What an app's request series keep, over ten seconds: numbers of requests and milliseconds.</summary>
public enum RequestMetric { Requests, ClientErrors, ServerErrors, Median, Percentile95, Slowest }

/// <summary>The values of one step.</summary>
[System.Runtime.CompilerServices.InlineArray(Count)]
public struct MetricValues
{
    public const int Count = 8;
    private float _first;
}

/// <summary>A sample and how fast its counters went since the one before.</summary>
/// <param name="CpuPercent">Of one CPU.</param>
public sealed record ContainerRates(
    ContainerUsage Usage, AppId? App, string Label, double CpuPercent, double ReceivedPerSecond, double SentPerSecond, double ReadPerSecond, double WrittenPerSecond);

/// <summary>A sample of the host. Memory in bytes; shares from 0 to 1.</summary>
/// <param name="Busy">Share of all CPUs that was in use since the sample before.</param>
/// <param name="RunQueue">
/// Runnable threads, smoothed exponentially over <see cref="RunQueueState.Window"/>: the load index of D. Ferrari and S. Zhou,
/// "An empirical investigation of load indices for load balancing applications", UCB/CSD-87-353.
/// </param>
/// <param name="CommittedMemory">Sum of the limits of all running containers.</param>
/// <param name="CpuPressure">Share of time in which something waited for a CPU (PSI, some, 10 s); null without PSI. Likewise the others.</param>
public sealed record HostUsage(
    DateTimeOffset At, int Cpus, double Busy, double RunQueue, long MemoryTotal, long MemoryAvailable, long SwapTotal, long SwapFree,
    long CommittedMemory, long CommittedSwap, int Containers, double? CpuPressure, double? MemoryPressure, double? IoPressure);

using System.Diagnostics;
using Gantry.Agent.Metrics;
using Gantry.Api.Http;
using Gantry.Control.Hosts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Metrics;

/// <summary>
/// <c>/metrics</c> for Prometheus, with an operator's API token as bearer. It is not open on loopback: behind a front on the
/// same machine every client would come from there.
/// </summary>
internal static class PrometheusEndpoint
{
    public static void MapPrometheus(this RouteGroupBuilder root) => root.MapGet("/metrics", ShowAsync).For(Access.Operator).WithTags("Admin")
        .Produces<string>(StatusCodes.Status200OK, "text/plain").WithSummary("Host, containers, router and daemon for Prometheus");

    private static async Task<IResult> ShowAsync(IHostMetrics metrics, IAppStore apps, IHostStore hosts, IClusterLevels levels, CancellationToken token)
    {
        var text = new PrometheusText();
        if (metrics.Host is { } host)
            WriteHost(text, host);
        WriteLevels(text, await ReadAsync(hosts, levels, token));
        var names = (await apps.ListAllAsync(token)).ToDictionary(a => a.Id, a => a.Name.Value);
        WriteContainers(text, [.. metrics.Containers.Select(c => (c, Labels(c, c.App is { } app ? names.GetValueOrDefault(app, "") : "")))]);
        WriteRequests(text, metrics.Requests);
        WriteDaemon(text);
        return Results.Text(text.ToString(), PrometheusText.ContentType);
    }

    private static void WriteHost(PrometheusText text, HostUsage host)
    {
        text.Metric("gantry_host_cpus", "gauge", "CPUs of the host.").Sample(host.Cpus);
        text.Metric("gantry_host_cpu_busy_ratio", "gauge", "Share of all CPUs in use.").Sample(host.Busy);
        text.Metric("gantry_host_run_queue", "gauge", "Runnable threads, smoothed over 4 s.").Sample(host.RunQueue);
        text.Metric("gantry_host_memory_bytes", "gauge", "Memory by state.")
            .Sample(host.MemoryTotal, ("state", "total")).Sample(host.MemoryAvailable, ("state", "available")).Sample(host.CommittedMemory, ("state", "committed"));
        text.Metric("gantry_host_swap_bytes", "gauge", "Swap by state.")
            .Sample(host.SwapTotal, ("state", "total")).Sample(host.SwapFree, ("state", "free")).Sample(host.CommittedSwap, ("state", "committed"));
        text.Metric("gantry_host_containers", "gauge", "Running containers.").Sample(host.Containers);
        text.Metric("gantry_host_pressure_ratio", "gauge", "Share of the last 10 s in which something waited (PSI some).");
        foreach (var (resource, share) in ((string, double?)[])[("cpu", host.CpuPressure), ("memory", host.MemoryPressure), ("io", host.IoPressure)])
            if (share is { } known)
                text.Sample(known, ("resource", resource));
    }

    /// <summary>Of the hosts that answer at once: of others there is no sample, and their charts have a gap.</summary>
    private static async Task<IReadOnlyList<(string Host, HostLevels Now)>> ReadAsync(IHostStore hosts, IClusterLevels levels, CancellationToken token)
    {
        var all = (await hosts.ListAsync(token)).Where(h => h.RemovedAt is null).Select(async h => (Host: h.Id.Value, Now: await levels.ReadAsync(h.Id, token)));
        return [.. (await Task.WhenAll(all)).Where(h => h.Now is not null).Select(h => (h.Host, h.Now!))];
    }

    private static void WriteLevels(PrometheusText text, IReadOnlyList<(string Host, HostLevels Now)> hosts)
    {
        text.Metric("gantry_cluster_host_load", "gauge", "Runnable threads of each host of the cluster, the mean of the last minute.");
        foreach (var (host, now) in hosts)
            text.Sample(now.Load, ("host", host));
        text.Metric("gantry_cluster_host_memory_bytes", "gauge", "Memory of each host of the cluster by state.");
        foreach (var (host, now) in hosts)
            text.Sample(now.MemoryTotal, ("host", host), ("state", "total")).Sample(now.MemoryAvailable, ("host", host), ("state", "available"));
        text.Metric("gantry_cluster_host_disk_bytes", "gauge", "Disk of the data of each host of the cluster by state.");
        foreach (var (host, now) in hosts)
            text.Sample(now.DiskTotal, ("host", host), ("state", "total")).Sample(now.DiskFree, ("host", host), ("state", "free"));
    }

    private static void WriteContainers(PrometheusText text, IReadOnlyList<(ContainerRates Rates, (string, string)[] Labels)> containers)
    {
        void Write(string name, string type, string help, Func<ContainerRates, double> value)
        {
            text.Metric($"gantry_container_{name}", type, help);
            foreach (var (rates, labels) in containers)
                text.Sample(value(rates), labels);
        }

        Write("cpu_seconds_total", "counter", "CPU time.", c => c.Usage.CpuNanoseconds / 1e9);
        Write("memory_bytes", "gauge", "Memory in use, without cached files that are given back at once.", c => c.Usage.MemoryBytes);
        Write("memory_limit_bytes", "gauge", "Most memory it may use.", c => c.Usage.MemoryLimitBytes);
        Write("swap_bytes", "gauge", "Swap in use.", c => c.Usage.SwapBytes);
        Write("network_receive_bytes_total", "counter", "Received, as the container sees it.", c => c.Usage.ReceivedBytes);
        Write("network_transmit_bytes_total", "counter", "Sent, as the container sees it.", c => c.Usage.SentBytes);
        Write("block_read_bytes_total", "counter", "Read from block devices.", c => c.Usage.ReadBytes);
        Write("block_written_bytes_total", "counter", "Written to block devices.", c => c.Usage.WrittenBytes);
        Write("log_lines_lost_total", "counter", "Log lines that were discarded, for their rate or a full disk.", c => c.Usage.LostLogLines);
        Write("processes", "gauge", "Processes and threads.", c => c.Usage.Pids);
    }

    private static void WriteRequests(PrometheusText text, RequestTotals requests)
    {
        text.Metric("gantry_router_requests_total", "counter", "Requests to apps since the daemon started, by status.")
            .Sample(requests.All - requests.ClientErrors - requests.ServerErrors, ("status", "ok"))
            .Sample(requests.ClientErrors, ("status", "4xx")).Sample(requests.ServerErrors, ("status", "5xx"));
        text.Metric("gantry_router_request_seconds_total", "counter", "Time that these requests took together.").Sample(requests.Seconds);
    }

    private static void WriteDaemon(PrometheusText text)
    {
        using var self = Process.GetCurrentProcess();
        text.Metric("process_cpu_seconds_total", "counter", "CPU time of the daemon.").Sample(self.TotalProcessorTime.TotalSeconds);
        text.Metric("process_resident_memory_bytes", "gauge", "Memory of the daemon.").Sample(self.WorkingSet64);
        text.Metric("process_start_time_seconds", "gauge", "When the daemon started.").Sample(new DateTimeOffset(self.StartTime).ToUnixTimeSeconds());
        text.Metric("process_threads", "gauge", "Threads of the daemon.").Sample(self.Threads.Count);
        text.Metric("process_open_fds", "gauge", "Open files of the daemon.").Sample(Directory.GetFiles("/proc/self/fd").Length);
        text.Metric("gantry_daemon_heap_bytes", "gauge", "Managed heap of the daemon.").Sample(GC.GetTotalMemory(false));
        text.Metric("gantry_daemon_collections_total", "counter", "Garbage collections of the daemon.").Sample(GC.CollectionCount(0));
    }

    private static (string, string)[] Labels(ContainerRates c, string app) => [("id", c.Usage.Id.Value), ("app", app), ("container", c.Label)];
}

using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;

namespace Gantry.Api.Containers;

internal static class StatsEndpoint
{
    public static async Task<IResult> ShowAsync(
        TargetApp app, IContainerStore containers, UsageMeter meter, IHostMetrics metrics, CancellationToken token)
    {
        metrics.Watch();
        var live = await containers.ListLiveAsync(app.App.Id, token);
        var usage = await meter.ReadAsync(token);
        return Reply.Ok(new StatsReply(
            [.. live.Where(c => usage.ContainsKey(c.Id)).OrderBy(c => c.Label, StringComparer.Ordinal).Select(c => ToWire(c, usage[c.Id]))]));
    }

    private static StatResource ToWire(Container c, MeteredUsage u) => new(
        c.Label, u.CpuPercent, u.Usage.MemoryBytes, u.Usage.MemoryLimitBytes, u.Usage.PeakMemoryBytes,
        u.Usage.SwapBytes, u.Usage.SwapLimitBytes, u.Usage.PeakSwapBytes);
}

/// <summary>A sample with the CPU use since the one before.</summary>
/// <param name="CpuPercent">Of one CPU.</param>
internal sealed record MeteredUsage(ContainerUsage Usage, int CpuPercent);

/// <summary>Turns the runtime's counters into rates.</summary>
internal sealed class UsageMeter(IContainerRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private IReadOnlyDictionary<ContainerId, ContainerUsage> _last = new Dictionary<ContainerId, ContainerUsage>();

    /// <summary>Use over the time since the last call, or over a quarter of a second when that was long ago.</summary>
    public async Task<IReadOnlyDictionary<ContainerId, MeteredUsage>> ReadAsync(CancellationToken token)
    {
        var before = _last;
        var now = await SampleAsync(token);
        if (now.Values.Any(u => !IsUsable(before.GetValueOrDefault(u.Id), u)))
        {
            before = now;
            await Task.Delay(Shortest, time, token);
            now = await SampleAsync(token);
        }

        _last = now;
        return now.Values.ToDictionary(u => u.Id, u => new MeteredUsage(u, Percent(before.GetValueOrDefault(u.Id), u)));
    }

    private async Task<IReadOnlyDictionary<ContainerId, ContainerUsage>> SampleAsync(CancellationToken token) =>
        (await runtime.SampleAsync(token)).ToDictionary(u => u.Id);

    private static bool IsUsable(ContainerUsage? before, ContainerUsage now) =>
        before is not null && now.At - before.At >= Shortest && now.At - before.At <= Longest;

    private static int Percent(ContainerUsage? before, ContainerUsage now)
    {
        if (before is null || now.At <= before.At)
            return 0;
        var elapsed = (now.At - before.At).TotalNanoseconds;
        return (int)Math.Clamp(Math.Round((now.CpuNanoseconds - before.CpuNanoseconds) * 100 / elapsed), 0, 100_000);
    }
}

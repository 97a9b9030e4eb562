using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Remote;

/// <summary>What an agent observes, to and from the wire.</summary>
internal static class WireStatus
{
    public static Wire.Container ToWire(this ContainerStatus s)
    {
        var wire = new Wire.Container { Id = s.Id.Value, State = (Wire.Container.Types.State)s.State, OutOfMemory = s.OutOfMemory };
        if (s.Address is { } address)
            wire.Address = address;
        if (s.ExitReason is { } reason)
            wire.ExitReason = reason;
        if (s.ExitCode is { } code)
            wire.ExitCode = code;
        if (s.StartedAt is { } started)
            wire.StartedAt = started.UtcTicks;
        if (s.ExitedAt is { } exited)
            wire.ExitedAt = exited.UtcTicks;
        if (s.StartedUptime is { } startedUptime)
            wire.StartedUptime = startedUptime.Ticks;
        if (s.ExitedUptime is { } exitedUptime)
            wire.ExitedUptime = exitedUptime.Ticks;
        return wire;
    }

    public static ContainerStatus ToStatus(this Wire.Container w) => new(
        new ContainerId(w.Id), (RuntimeState)w.State, w.HasAddress ? w.Address : null, w.HasStartedAt ? Time(w.StartedAt) : null,
        w.HasExitedAt ? Time(w.ExitedAt) : null, w.HasExitCode ? w.ExitCode : null, w.OutOfMemory, w.HasExitReason ? w.ExitReason : null)
    {
        StartedUptime = w.HasStartedUptime ? new TimeSpan(w.StartedUptime) : null,
        ExitedUptime = w.HasExitedUptime ? new TimeSpan(w.ExitedUptime) : null,
    };

    public static Wire.Clock ToWire(this IHostClock clock) => new() { BootId = clock.BootId, Uptime = clock.Uptime.Ticks };

    public static Wire.Sample ToWire(this ContainerUsage u) => new()
    {
        Id = u.Id.Value, At = u.At.UtcTicks, CpuNanoseconds = u.CpuNanoseconds, Memory = u.MemoryBytes, PeakMemory = u.PeakMemoryBytes,
        MemoryLimit = u.MemoryLimitBytes, Swap = u.SwapBytes, PeakSwap = u.PeakSwapBytes, SwapLimit = u.SwapLimitBytes, Pids = u.Pids,
        Received = u.ReceivedBytes, Sent = u.SentBytes, Read = u.ReadBytes, Written = u.WrittenBytes,
        OutOfMemoryKills = u.OutOfMemoryKills, LostLogLines = u.LostLogLines,
    };

    public static ContainerUsage ToUsage(this Wire.Sample w) => new(
        new ContainerId(w.Id), Time(w.At), w.CpuNanoseconds, w.Memory, w.PeakMemory, w.MemoryLimit, w.Swap, w.PeakSwap, w.SwapLimit, w.Pids)
    {
        ReceivedBytes = w.Received, SentBytes = w.Sent, ReadBytes = w.Read, WrittenBytes = w.Written,
        OutOfMemoryKills = w.OutOfMemoryKills, LostLogLines = w.LostLogLines,
    };

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}

using System.Globalization;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;

namespace Gantry.Supervisor.Containers;

/// <summary>Finds out why a container ended and says it in a sentence.</summary>
internal sealed class ExitStory(Cgroups cgroups, KernelLog kernelLog, TimeProvider time)
{
    /// <summary>Exit code told when nobody could learn the real one.</summary>
    public const int Unknown = 255;
    private const double MiB = 1024 * 1024;

    public ContainerRecord Tell(Container container, int? status)
    {
        var code = status is null ? Unknown : PidFd.ExitCode(status.Value);
        var kills = cgroups.OutOfMemoryKills(container.Request.Id);
        var outOfMemory = kills > 0 && code != 0 && !container.Signalled && container.KillReason is null;
        return container.Record with
        {
            State = States.Exited,
            ExitedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ExitedUptime = BootClock.Milliseconds,
            ExitCode = code,
            OutOfMemory = outOfMemory,
            ExitReason = container.KillReason ?? (outOfMemory ? OutOfMemory(container)
                : status is null ? "It ended while the host's supervisor was restarting, and the kernel could not tell its exit code." : null),
        };
    }

    private string OutOfMemory(Container container)
    {
        var request = container.Request;
        var limit = $"Killed by the kernel: memory use reached the limit of {Megabytes(request.MemoryBytes)} MB"
            + (cgroups.SwapAccounting && request.SwapBytes > 0 ? $" and {Megabytes(request.SwapBytes)} MB of swap" : "");
        var victim = kernelLog.KilledIn(cgroups.PathInHierarchy(request.Id)) is var (process, resident)
            ? $" (process {process}, resident {Megabytes(resident)} MB)" : "";
        var uptime = TimeSpan.FromMilliseconds(BootClock.Milliseconds - (container.Record.StartedUptime ?? BootClock.Milliseconds));
        return $"{limit}{victim}, {Said(uptime)} after its start. Make it use less memory, or give it a larger size.";
    }

    private static string Said(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => $"{(int)span.TotalSeconds} s",
        { TotalHours: < 2 } => $"{(int)span.TotalMinutes} min",
        { TotalDays: < 2 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };

    private static string Megabytes(long bytes) => Math.Round(bytes / MiB).ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace Gantry.Linux.Supervision;

/// <summary>What people are told when the kernel killed a container for memory, whatever runtime it was in.</summary>
internal static class OutOfMemoryStory
{
    private const double MiB = 1024 * 1024;

    /// <summary>The same of processes that were killed while their container lives on.</summary>
    public static string TellOfProcesses(long count, long memoryBytes, long swapBytes, (string Process, long Resident)? victim, TimeSpan uptime)
    {
        var who = victim is var (process, resident) ? $"process {process} (resident {Megabytes(resident)} MB)" : count == 1 ? "a process" : "processes";
        var more = count > 1 && victim is not null ? $" and {count - 1} more" : "";
        return $"lost {who}{more}, killed by the kernel {Said(uptime)} after its start: memory use reached the limit of {Limit(memoryBytes, swapBytes)}. "
            + "The container runs on. Make it use less memory, or give it a larger size.";
    }

    /// <param name="swapBytes">0 when swap is not limited, or there is none.</param>
    /// <param name="victim">The process and its resident bytes, if the kernel said so.</param>
    /// <param name="uptime">Of the container.</param>
    public static string Tell(long memoryBytes, long swapBytes, (string Process, long Resident)? victim, TimeSpan uptime)
    {
        var killed = victim is var (process, resident) ? $" (process {process}, resident {Megabytes(resident)} MB)" : "";
        return $"Killed by the kernel: memory use reached the limit of {Limit(memoryBytes, swapBytes)}{killed}, {Said(uptime)} after its start. Make it use less memory, or give it a larger size.";
    }

    private static string Limit(long memoryBytes, long swapBytes) =>
        $"{Megabytes(memoryBytes)} MB" + (swapBytes > 0 ? $" and {Megabytes(swapBytes)} MB of swap" : "");

    private static string Said(TimeSpan span) => span switch
    {
        { TotalMinutes: < 2 } => $"{(int)span.TotalSeconds} s",
        { TotalHours: < 2 } => $"{(int)span.TotalMinutes} min",
        { TotalDays: < 2 } => $"{(int)span.TotalHours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };

    private static string Megabytes(long bytes) => Math.Round(bytes / MiB).ToString(CultureInfo.InvariantCulture);
}

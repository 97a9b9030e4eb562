namespace Gantry.Bench;

/// <summary>Processor time so far.</summary>
internal static class ProcessorTime
{
    /// <summary>Of one process, in nanoseconds as the scheduler counts, since ticks of 10 ms are too coarse.</summary>
    public static TimeSpan Of(int process) => Nanoseconds(Directory.GetDirectories($"/proc/{process}/task")
        .Sum(task => long.Parse(File.ReadAllText($"{task}/schedstat").Split(' ')[0], null)));

    /// <summary>Of all processes that are or were in a control group.</summary>
    public static TimeSpan OfGroup(string folder) => File.Exists($"{folder}/cpuacct.usage")
        ? Nanoseconds(long.Parse(File.ReadAllText($"{folder}/cpuacct.usage"), null))
        : Nanoseconds(1000 * long.Parse(File.ReadLines($"{folder}/cpu.stat").First(l => l.StartsWith("usage_usec", StringComparison.Ordinal)).Split(' ')[1], null));

    private static TimeSpan Nanoseconds(long count) => TimeSpan.FromTicks(count / TimeSpan.NanosecondsPerTick);
}

using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>The clock that starts with the host, counts sleep, and that nobody can set.</summary>
internal static partial class BootClock
{
    private const int ClockBoottime = 7;

    public static TimeSpan Uptime
    {
        get
        {
            LinuxException.Check(GetTime(ClockBoottime, out var time), "Reading the uptime");
            return new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick));
        }
    }

    public static long Milliseconds => (long)Uptime.TotalMilliseconds;

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}

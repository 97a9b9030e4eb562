namespace Gantry.Linux.Kernel;

/// <summary>Work in another network namespace.</summary>
internal static class NetworkNamespace
{
    private const int NetworkFlag = 0x40000000;

    /// <summary>Runs <paramref name="action"/> inside on this thread, which comes back whatever happens; it must not await.</summary>
    public static void Run(int fd, Action action)
    {
        var own = Libc.OpenChecked("/proc/thread-self/ns/net", Libc.O_RDONLY);
        try
        {
            LinuxException.Check(Libc.SetNamespace(fd, NetworkFlag), "Entering a network namespace");
            try
            {
                action();
            }
            finally
            {
                LinuxException.Check(Libc.SetNamespace(own, NetworkFlag), "Leaving a network namespace");
            }
        }
        finally
        {
            _ = Libc.Close(own);
        }
    }
}

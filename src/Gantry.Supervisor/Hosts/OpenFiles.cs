using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Hosts;

/// <summary>
/// How many open files a container can be given. In its user namespace nothing may raise a hard limit, so it is never
/// more than the supervisor's own, which is raised at the start as far as the kernel and this host allow.
/// </summary>
internal static class OpenFiles
{
    private const int RlimitNofile = 7;
    private const ulong Wanted = 1_048_576;

    public static long Most { get; private set; }

    public static unsafe void RaiseLimit()
    {
        var limits = stackalloc ulong[] { Wanted, Wanted };
        if (Libc.SetLimit(RlimitNofile, limits) < 0)
            LinuxException.Check(Libc.GetLimit(RlimitNofile, limits), "reading the limit of open files");
        Most = (long)limits[1];
    }
}

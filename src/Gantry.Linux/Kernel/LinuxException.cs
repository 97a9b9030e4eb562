using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>A system call failed.</summary>
internal sealed class LinuxException(string action, int errno)
    : IOException($"{action}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})")
{
    public int Errno { get; } = errno;

    /// <summary>Throws for a result of -1.</summary>
    public static int Check(int result, string action) =>
        result == -1 ? throw new LinuxException(action, Marshal.GetLastPInvokeError()) : result;

    /// <inheritdoc cref="Check(int, string)"/>
    public static long Check(long result, string action) =>
        result == -1 ? throw new LinuxException(action, Marshal.GetLastPInvokeError()) : result;
}

/// <summary>Error numbers that callers tell apart.</summary>
internal static class Errno
{
    public const int ENOENT = 2;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int ENXIO = 6;
    public const int EAGAIN = 11;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int EINVAL = 22;
    public const int EPIPE = 32;
    public const int ENOBUFS = 105;
}

using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Descriptors of processes, and how processes ended.</summary>
internal static class PidFd
{
    private const int Open434 = 434;

    /// <summary>Opens a process; -1 when it is gone.</summary>
    public static int Open(int pid)
    {
        var fd = (int)Libc.Syscall(Open434, pid, 0, 0, 0, 0, 0);
        if (fd == -1 && Marshal.GetLastPInvokeError() != Errno.ESRCH)
            throw new LinuxException($"Opening process {pid}", Marshal.GetLastPInvokeError());
        return fd;
    }

    /// <summary>Exit code as a shell tells it: 128 + signal when a signal ended the process.</summary>
    public static int ExitCode(int waitStatus) => (waitStatus & 0x7f) == 0 ? (waitStatus >> 8) & 0xff : 128 + (waitStatus & 0x7f);
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Descriptors of processes, and how processes ended.</summary>
internal static unsafe class PidFd
{
    private const int Open434 = 434;
    private const uint InfoExit = 1 << 3;
    private const nuint GetInfo = 0xC040FF0B;

    /// <summary>Opens a process; -1 when it is gone.</summary>
    public static int Open(int pid)
    {
        var fd = (int)Libc.Syscall(Open434, pid, 0, 0, 0, 0, 0);
        if (fd == -1 && Marshal.GetLastPInvokeError() != Errno.ESRCH)
            throw new LinuxException($"Opening process {pid}", Marshal.GetLastPInvokeError());
        return fd;
    }

    /// <summary>Wait status of a process that is not our child and has ended; null when the kernel cannot tell (yet).</summary>
    public static int? StatusOf(int pidFd, int pid) => StatusOfZombie(pid) ?? StatusOfReaped(pidFd);

    /// <summary>Exit code as a shell tells it: 128 + signal when a signal ended the process.</summary>
    public static int ExitCode(int waitStatus) => (waitStatus & 0x7f) == 0 ? (waitStatus >> 8) & 0xff : 128 + (waitStatus & 0x7f);

    private static int? StatusOfReaped(int pidFd)
    {
        var info = stackalloc byte[64];
        new Span<byte>(info, 64).Clear();
        *(ulong*)info = InfoExit;
        return Libc.Ioctl(pidFd, GetInfo, info) == 0 && (*(ulong*)info & InfoExit) != 0 ? *(int*)(info + 60) : null;
    }

    private static int? StatusOfZombie(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].TrimEnd().Split(' ');
            return fields[0] == "Z" ? int.Parse(fields[^1], CultureInfo.InvariantCulture) : null;
        }
        catch (IOException)
        {
            // It was reaped meanwhile: the descriptor knows then.
            return null;
        }
    }
}

using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Processes;

internal static unsafe class Pipes
{
    /// <summary>Both ends are closed in programs that are started.</summary>
    public static (int Read, int Write) Make()
    {
        var fds = stackalloc int[2];
        LinuxException.Check(Libc.Pipe(fds, Libc.O_CLOEXEC), "Making a pipe");
        return (fds[0], fds[1]);
    }
}

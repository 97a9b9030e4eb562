using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Kernel;

/// <summary>Takes a descriptor that another process passes over a Unix socket (SCM_RIGHTS).</summary>
internal static unsafe partial class PassedDescriptor
{
    private const int CloseOnExec = 0x40000000;
    private const int Rights = 1;
    private const int SocketLevel = 1;

    /// <summary>Blocks until it comes.</summary>
    public static SafeFileHandle Receive(SafeHandle socket)
    {
        var data = stackalloc byte[4096];
        var control = stackalloc byte[64];
        var vector = stackalloc nint[2];
        vector[0] = (nint)data;
        vector[1] = 4096;
        // struct msghdr: name, namelen, iov, iovlen, control, controllen, flags.
        var message = stackalloc nint[7];
        new Span<nint>(message, 7).Clear();
        message[2] = (nint)vector;
        message[3] = 1;
        message[4] = (nint)control;
        message[5] = 64;
        LinuxException.Check((long)ReceiveMessage(socket, message, CloseOnExec), "Receiving a terminal");
        // struct cmsghdr: size, level, type, data.
        if (message[5] < 20 || *(int*)(control + 8) != SocketLevel || *(int*)(control + 12) != Rights)
            throw new IOException("The container runtime connected but passed no terminal.");
        return new SafeFileHandle(*(int*)(control + 16), ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeHandle socket, void* message, int flags);
}

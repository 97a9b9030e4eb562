using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Kernel;

/// <summary>The controlling side of a terminal, with reads and writes that can be woken.</summary>
internal sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const nuint SetWindowSize = 0x5414;
    private const int SetFlags = 4;
    private const short In = 1;
    private const short Out = 4;
    private readonly SafeFileHandle _handle;
    private readonly int _wake;

    public PseudoTerminal(SafeFileHandle handle)
    {
        _handle = handle;
        _wake = LinuxException.Check(EventFd(0, 0x80000), "Making an event descriptor");
        LinuxException.Check(Control(handle, SetFlags, Libc.O_NONBLOCK | Libc.O_RDWR), "Making a terminal non-blocking");
    }

    /// <summary>Blocks until there is something; 0 when the other side is gone or after <see cref="Wake"/>.</summary>
    public int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count;
            fixed (byte* data = buffer)
                count = Libc.Read((int)_handle.DangerousGetHandle(), data, buffer.Length);
            if (count >= 0)
                return (int)count;
            var errno = Marshal.GetLastPInvokeError();
            // The kernel says EIO when nobody has the other side open any more.
            if (errno == Errno.EIO)
                return 0;
            if (errno is not (Errno.EAGAIN or Errno.EINTR))
                throw new LinuxException("Reading from a terminal", errno);
            if (!Await(In))
                return 0;
        }
    }

    /// <summary>Blocks until all is written; what is left when the other side is gone is dropped.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            nint count;
            fixed (byte* start = data)
                count = Libc.Write((int)_handle.DangerousGetHandle(), start, data.Length);
            if (count >= 0)
                data = data[(int)count..];
            else if (Marshal.GetLastPInvokeError() == Errno.EIO || !Await(Out))
                return;
        }
    }

    public void Resize(int width, int height)
    {
        var size = stackalloc ushort[4];
        size[0] = (ushort)height;
        size[1] = (ushort)width;
        size[2] = size[3] = 0;
        LinuxException.Check(Libc.Ioctl((int)_handle.DangerousGetHandle(), SetWindowSize, size), "Resizing a terminal");
    }

    /// <summary>Ends all blocked and later reads and writes.</summary>
    public void Wake()
    {
        var one = 1L;
        _ = Libc.Write(_wake, (byte*)&one, 8);
    }

    public void Dispose()
    {
        _handle.Dispose();
        _ = Libc.Close(_wake);
    }

    private bool Await(short events)
    {
        // struct pollfd: fd, events, revents.
        var fds = stackalloc int[4];
        fds[0] = (int)_handle.DangerousGetHandle();
        fds[1] = events;
        fds[2] = _wake;
        fds[3] = In;
        _ = Libc.Poll(fds, 2, -1);
        return fds[3] >> 16 == 0;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(SafeHandle handle, int command, int argument);
}

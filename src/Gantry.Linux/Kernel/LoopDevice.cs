using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Block devices whose bytes are a file.</summary>
internal static unsafe class LoopDevice
{
    private const nuint GetFree = 0x4C82;
    private const nuint Configure = 0x4C0A;
    private const uint AutoClear = 4;
    private const uint DirectIo = 16;

    /// <summary>
    /// Attaches a file and returns the open device and its path. The device frees itself with its last user, so close
    /// the descriptor once it is mounted.
    /// </summary>
    public static (int Fd, string Path) Attach(string file)
    {
        var backing = Libc.OpenChecked(file, Libc.O_RDWR);
        var control = Libc.OpenChecked("/dev/loop-control", Libc.O_RDWR);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var number = LinuxException.Check(Libc.Ioctl(control, GetFree, null), "Finding a free loop device");
                var path = $"/dev/loop{number}";
                var device = Libc.OpenChecked(path, Libc.O_RDWR);
                if (TryConfigure(device, backing))
                    return (device, path);
                var errno = Marshal.GetLastPInvokeError();
                _ = Libc.Close(device);
                // Another process took the same free number first.
                if (errno != Errno.EBUSY || attempt > 50)
                    throw new LinuxException($"Attaching {file} to {path}", errno);
            }
        }
        finally
        {
            _ = Libc.Close(backing);
            _ = Libc.Close(control);
        }
    }

    private static bool TryConfigure(int device, int backing) =>
        TryConfigure(device, backing, AutoClear | DirectIo)
        || (Marshal.GetLastPInvokeError() == Errno.EINVAL && TryConfigure(device, backing, AutoClear));

    private static bool TryConfigure(int device, int backing, uint flags)
    {
        // struct loop_config: u32 fd, u32 block size, struct loop_info64 (232 bytes, lo_flags at 52), u64 reserved[8].
        var config = stackalloc byte[8 + 232 + 64];
        new Span<byte>(config, 304).Clear();
        *(int*)config = backing;
        *(uint*)(config + 4) = 4096;
        *(uint*)(config + 8 + 52) = flags;
        return Libc.Ioctl(device, Configure, config) == 0;
    }
}

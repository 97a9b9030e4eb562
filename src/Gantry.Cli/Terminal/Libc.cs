using System.Runtime.InteropServices;

namespace Gantry.Cli.Terminal;

#pragma warning disable SA1300, IDE1006 // The names are those of libc.

/// <summary>The few calls of libc that .NET does not offer.</summary>
internal static unsafe partial class Libc
{
    /// <summary>Larger than any libc's <c>struct termios</c>; its fields are libc's own business.</summary>
    public const int TermiosSize = 256;

    public const int TcsaNow = 0;
    private const nuint TiocGetWindowSize = 0x5413;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int isatty(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcgetattr(int descriptor, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int tcsetattr(int descriptor, int when, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc")]
    public static partial void cfmakeraw(byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(long* descriptors, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, ushort* window);

    /// <summary>Rows and columns of the terminal behind <paramref name="descriptor"/>; null when it is none.</summary>
    public static (int Rows, int Columns)? Window(int descriptor)
    {
        var window = stackalloc ushort[4];
        return ioctl(descriptor, TiocGetWindowSize, window) == 0 && window[1] > 0 ? (window[0], window[1]) : null;
    }

    /// <summary>Blocks until a non-blocking descriptor, which our parent may have left us, is ready.</summary>
    public static void WaitFor(int descriptor, bool readable)
    {
        // struct pollfd: the descriptor, then the events wanted (POLLIN 1, POLLOUT 4), then those returned.
        var entry = (uint)descriptor | ((readable ? 1L : 4L) << 32);
        _ = poll(&entry, 1, -1);
    }
}

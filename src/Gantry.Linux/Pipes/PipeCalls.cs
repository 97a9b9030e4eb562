using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Pipes;

/// <summary>The system calls behind FIFOs and spools. Raw, because .NET has none of them or puts locks and threads round them.</summary>
internal static partial class PipeCalls
{
    public const int ReadWrite = 0x2, Create = 0x40, CloseOnExec = 0x80000, NonBlocking = 0x800;
    public const int SpliceMove = 1, SpliceNonBlocking = 2;
    public const int SetPipeSize = 1031, OpenFileLock = 37, KeepSize = 1;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeMode(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, int command, ref LockRange range);

    [LibraryImport("libc", EntryPoint = "splice", SetLastError = true)]
    public static partial nint Splice(SafeFileHandle from, nint noOffset, SafeFileHandle to, ref long offset, nint count, uint flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, ref byte buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(SafeFileHandle file, ref readonly byte buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    /// <summary>The kernel's <c>struct flock</c> on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct LockRange
    {
        public short Type, Whence;
        public long Start, Length;
        public int Process;
    }
}

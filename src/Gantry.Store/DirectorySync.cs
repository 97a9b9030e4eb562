using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gantry.Store;

/// <summary>Makes a new or renamed directory entry survive a power cut; .NET has no call for it.</summary>
public static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC, the same number on every Linux

    public static void Flush(string directory)
    {
        var descriptor = Open(directory, ReadOnlyDirectory);
        if (descriptor < 0)
            throw Failed("open", directory);
        try
        {
            if (Fsync(descriptor) != 0)
                throw Failed("flush", directory);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static IOException Failed(string what, string directory)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        return new IOException($"Cannot {what} the directory {directory}: {error.Message}.", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}

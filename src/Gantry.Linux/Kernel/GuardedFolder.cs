using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Kernel;

/// <summary>
/// A folder inside a container, opened from the host without following any link: the tenant may put links there that
/// lead anywhere on the host, while we work.
/// </summary>
internal sealed partial class GuardedFolder : IDisposable
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int CreateFile = 0x40;
    private const int Exclusive = 0x80;
    private const int NoFollow = 0x20000;
    private const int Directory = 0x10000;
    private const int CloseOnExec = 0x80000;
    private const int AlreadyExists = 17;
    private const int NoEntry = 2;

    private readonly SafeFileHandle _folder;

    private GuardedFolder(SafeFileHandle folder) => _folder = folder;

    /// <summary>Opens a folder in a parent whose own path the tenant can't change, making it if need be.</summary>
    /// <exception cref="FolderUnusableException">It is a link or no folder.</exception>
    public static GuardedFolder Open(string parentPath, string name)
    {
        using var parent = Check(OpenPath(parentPath, ReadOnly | Directory | NoFollow | CloseOnExec), parentPath);
        if (MakeDirectoryAt(parent, name, ToMode("777")) != 0 && Marshal.GetLastPInvokeError() != AlreadyExists)
            throw Failure(name);
        var folder = Check(OpenAt(parent, name, ReadOnly | Directory | NoFollow | CloseOnExec, 0), name);
        // The tenant has another uid than we do, and a mask may have taken rights away.
        return ChangeMode(folder, ToMode("777")) == 0 ? new GuardedFolder(folder) : throw Failure(name);
    }

    /// <summary>
    /// A new file that everybody inside may read and write; an old one of that name is unlinked first. Unbuffered, so that
    /// a full disk is told by the write that meets it.
    /// </summary>
    public FileStream Create(string name)
    {
        Delete(name);
        var file = Check(OpenAt(_folder, name, WriteOnly | CreateFile | Exclusive | NoFollow | CloseOnExec, ToMode("666")), name);
        return ChangeMode(file, ToMode("666")) == 0 ? new FileStream(file, FileAccess.Write, bufferSize: 0) : throw Failure(name);
    }

    public void Delete(string name)
    {
        if (UnlinkAt(_folder, name, 0) != 0 && Marshal.GetLastPInvokeError() != NoEntry)
            throw Failure(name);
    }

    public void Dispose() => _folder.Dispose();

    private static SafeFileHandle Check(int descriptor, string name) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure(name);

    private static uint ToMode(string octal) => Convert.ToUInt32(octal, 8);

    private static FolderUnusableException Failure(string name) =>
        new($"can't be stored: '{name}' in the container is not usable ({new Win32Exception(Marshal.GetLastPInvokeError()).Message})");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenAt(SafeFileHandle folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeDirectoryAt(SafeFileHandle folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle file, uint mode);
}

/// <summary>The tenant left something else where the folder or file should be, or there is no room.</summary>
internal sealed class FolderUnusableException(string message) : IOException(message);

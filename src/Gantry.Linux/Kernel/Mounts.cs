using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>Mounting, with the calls that make idmapped binds.</summary>
internal static unsafe partial class Mounts
{
    public const ulong ReadOnlyFlag = 1;
    public const ulong NoSuid = 2;
    public const ulong NoDevices = 4;
    public const ulong NoAccessTimes = 1024;
    private const ulong RemountFlag = 32;
    private const ulong BindFlag = 4096;
    private const int OpenTree = 428;
    private const int MoveMount = 429;
    private const int MountSetAttributes = 442;
    private const int Clone = 1;
    private const int Recursive = 0x8000;
    private const ulong AttributeReadOnly = 1;
    private const ulong AttributeNoSuid = 2;
    private const ulong AttributeNoDevices = 4;
    private const ulong AttributeIdMap = 0x100000;
    private const int Detach = 2;

    public static void Mount(string source, string target, string type, ulong flags, string options) =>
        LinuxException.Check(Mount2(source, target, type, flags, options), $"Mounting {type} {source} on {target} ({options})");

    /// <summary>
    /// Makes <paramref name="source"/> visible at <paramref name="target"/>, with the ids on disk mapped through a user
    /// namespace: id n on disk is id n inside. Without a namespace it is a plain bind.
    /// </summary>
    public static void Bind(string source, string target, bool readOnly, int? userNamespace)
    {
        if (userNamespace is null)
        {
            // The old calls, for the kernels that cannot map owners.
            Mount(source, target, "", BindFlag, "");
            Mount("", target, "", BindFlag | RemountFlag | NoSuid | NoDevices | (readOnly ? ReadOnlyFlag : 0), "");
            return;
        }

        var tree = (int)LinuxException.Check(
            WithPath(OpenTree, Libc.AT_FDCWD, source, Clone | Libc.O_CLOEXEC, 0), $"Cloning the mount of {source}");
        try
        {
            SetAttributes(tree, source, readOnly, userNamespace.Value);
            Attach(tree, target);
        }
        finally
        {
            _ = Libc.Close(tree);
        }
    }

    /// <summary>A descriptor of a copy of a mount and of those below it, which is nowhere but there: closing it ends them.</summary>
    public static int CloneTree(string path) => (int)LinuxException.Check(
        WithPath(OpenTree, Libc.AT_FDCWD, path, Clone | Libc.O_CLOEXEC | Recursive, 0), $"Cloning the mounts of {path}");

    /// <summary>Lazily unmounts; a target that is no mount is fine.</summary>
    public static void Unmount(string target)
    {
        if (Unmount2(target, Detach) == -1 && Marshal.GetLastPInvokeError() is var errno and not (Errno.EINVAL or 2))
            throw new LinuxException($"Unmounting {target}", errno);
    }

    private static void SetAttributes(int tree, string source, bool readOnly, int userNamespace)
    {
        // struct mount_attr: set, clear, propagation, userns_fd.
        var attributes = stackalloc ulong[4];
        attributes[0] = AttributeNoSuid | AttributeNoDevices | (readOnly ? AttributeReadOnly : 0) | AttributeIdMap;
        attributes[1] = 0;
        attributes[2] = 0;
        attributes[3] = (ulong)userNamespace;
        fixed (byte* empty = "\0"u8)
            LinuxException.Check(
                Libc.Syscall(MountSetAttributes, tree, (nint)empty, Libc.AT_EMPTY_PATH, (nint)attributes, 32, 0),
                $"Mapping the owners of {source}");
    }

    private static void Attach(int tree, string target)
    {
        var path = Marshal.StringToCoTaskMemUTF8(target);
        fixed (byte* empty = "\0"u8)
        {
            var result = Libc.Syscall(MoveMount, tree, (nint)empty, Libc.AT_FDCWD, path, 4, 0);
            Marshal.FreeCoTaskMem(path);
            LinuxException.Check(result, $"Mounting on {target}");
        }
    }

    private static nint WithPath(int number, int directory, string path, int flags, int more)
    {
        var native = Marshal.StringToCoTaskMemUTF8(path);
        var result = Libc.Syscall(number, directory, native, flags, more, 0, 0);
        var errno = Marshal.GetLastPInvokeError();
        Marshal.FreeCoTaskMem(native);
        Marshal.SetLastPInvokeError(errno);
        return result;
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount2(string source, string target, string type, ulong flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount2(string target, int flags);
}

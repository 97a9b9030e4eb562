using System.Runtime.InteropServices;

namespace Gantry.Build.Sandbox;

/// <summary>System calls that the framework does not offer.</summary>
internal static partial class Native
{
    private const uint AppUser = 1000;

    private const uint BuildUser = 1000;

    /// <summary>Makes a named pipe that everyone may write to; the folder it lies in decides who can.</summary>
    public static void MakePipe(string path)
    {
        if (MkFifo(path, 0x192 /* 0622 */) != 0)
            throw new IOException($"The named pipe {path} cannot be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
    }

    /// <summary>Gives a file of the host to the user that builds run as: mounts keep owners, counted from the sandbox's first id.</summary>
    public static void GiveToBuild(string path)
    {
        if (Chown(path, BuildUser, BuildUser) != 0)
            throw new IOException($"{path} cannot be given to the user of builds: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);

    /// <summary>Gives a file or folder to the user that containers run as; mounts map that number to each container's own.</summary>
    public static void GiveToApp(string path)
    {
        if (LChown(path, AppUser, AppUser) != 0)
            throw new IOException($"The owner of {path} cannot be changed: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LChown(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);
}

using System.Runtime.InteropServices;

namespace Gantry.Build.Sandbox;

/// <summary>System calls that the framework does not offer.</summary>
internal static partial class Native
{
    /// <summary>Makes a named pipe that everyone may write to; the folder it lies in decides who can.</summary>
    public static void MakePipe(string path)
    {
        if (MkFifo(path, 0x192 /* 0622 */) != 0)
            throw new IOException($"The named pipe {path} cannot be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite);
    }

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, uint mode);
}

using System.Runtime.InteropServices;

namespace Gantry.Linux.Kernel;

/// <summary>A program in memory that nobody can change.</summary>
internal static partial class SealedProgram
{
    private const uint CloseOnExec = 1;
    private const uint AllowSealing = 2;
    private const int AddSeals = 1033;
    private const int AllSeals = 15;

    /// <summary>
    /// Copies a program and returns the path to start the copy by, valid as long as this process lives. An OCI runtime
    /// protects its file from containers by copying and starting itself again, each time; started from a sealed copy it
    /// sees that there is nothing to protect, which saves half of its start.
    /// </summary>
    public static string Make(string program)
    {
        var fd = LinuxException.Check(Create(Path.GetFileName(program), CloseOnExec | AllowSealing), "Making a file in memory");
        // The descriptor stays open: the path goes through it.
        using (var copy = new FileStream($"/proc/self/fd/{fd}", FileMode.Open, FileAccess.Write))
        using (var source = File.OpenRead(program))
            source.CopyTo(copy);
        LinuxException.Check(Control(fd, AddSeals, AllSeals), "Sealing a file in memory");
        return $"/proc/{Environment.ProcessId}/fd/{fd}";
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int fd, int command, int argument);
}

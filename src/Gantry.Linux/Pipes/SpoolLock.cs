using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Pipes;

/// <summary>
/// Tells whether a spool has a living writer. A lock of the open file, not <c>flock</c>: .NET takes that one for
/// every reader.
/// </summary>
internal static class SpoolLock
{
    private const short WriteLock = 1;

    /// <summary>Locks an index file opened for writing, until it is closed or its process dies.</summary>
    public static bool TryTake(SafeFileHandle index)
    {
        var whole = new PipeCalls.LockRange { Type = WriteLock };
        return PipeCalls.Control(index, PipeCalls.OpenFileLock, ref whole) == 0;
    }
}

/// <summary>Another process writes the spool.</summary>
internal sealed class SpoolBusyException(string directory)
    : IOException($"Another process writes the log in {directory}. Stop it first: two writers would mix their bytes.");

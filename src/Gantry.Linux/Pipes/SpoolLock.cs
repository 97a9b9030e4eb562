using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Pipes;

/// <summary>
/// Tells whether a spool has a living writer. A lock of the open file, not <c>flock</c>: .NET takes that one for
/// every reader.
/// </summary>
internal static class SpoolLock
{
    private const short WriteLock = 1;
    private const short Unlock = 2;

    /// <summary>Locks an index file opened for writing, until it is closed or its process dies.</summary>
    public static bool TryTake(SafeFileHandle index)
    {
        var whole = new PipeCalls.LockRange { Type = WriteLock };
        return PipeCalls.Control(index, PipeCalls.OpenFileLock, ref whole) == 0;
    }

    /// <summary>To be called before it is closed: a child that was forked and does not run its program yet has it open too, and would keep the lock.</summary>
    public static void Release(SafeFileHandle index)
    {
        var whole = new PipeCalls.LockRange { Type = Unlock };
        _ = PipeCalls.Control(index, PipeCalls.OpenFileLock, ref whole);
    }
}

/// <summary>Another process writes the spool.</summary>
internal sealed class SpoolBusyException(string directory)
    : IOException($"Another process writes the log in {directory}. Stop it first: two writers would mix their bytes.");

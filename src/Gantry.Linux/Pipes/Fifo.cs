using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Pipes;

/// <summary>
/// The reading end of a FIFO. It is open for reading and writing, so that it neither ends when the last writer
/// leaves nor loses what it holds while this descriptor is open.
/// </summary>
internal sealed class Fifo : IDisposable
{
    /// <summary>What the kernel grants to everybody; far fewer wake-ups than with its default of 64 KiB.</summary>
    private const int WantedCapacity = 1 << 20;

    /// <summary>Others may write only: a program that opens <c>/dev/stdout</c> anew does so as its own user.</summary>
    private const uint Mode = 0b110_010_010;

    private Fifo(SafeFileHandle handle, int capacity) => (Handle, Capacity) = (handle, capacity);

    public SafeFileHandle Handle { get; }

    /// <summary>Bytes it can hold before writers wait.</summary>
    public int Capacity { get; }

    public int Descriptor => (int)Handle.DangerousGetHandle();

    /// <summary>Opens the FIFO, and makes it first if there is none.</summary>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public static Fifo Open(string path)
    {
        if (PipeCalls.MakeFifo(path, Mode) == 0) PipeCalls.ChangeMode(path, Mode);
        else if (Marshal.GetLastPInvokeError() != Errno.FileExists) throw Failed("make", path);
        var handle = PipeCalls.Open(path, PipeCalls.ReadWrite | PipeCalls.NonBlocking | PipeCalls.CloseOnExec, 0);
        if (handle.IsInvalid) throw Failed("open", path);
        var granted = PipeCalls.Control(handle, PipeCalls.SetPipeSize, WantedCapacity);
        return new Fifo(handle, granted > 0 ? granted : 65536);
    }

    /// <summary>Takes what is there, up to the size of the buffer.</summary>
    /// <returns>Number of bytes, 0 when the FIFO is empty.</returns>
    public int Read(Span<byte> buffer)
    {
        while (true)
        {
            var count = PipeCalls.Read(Handle, ref MemoryMarshal.GetReference(buffer), buffer.Length);
            if (count >= 0) return (int)count;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.TryAgain) return 0;
            if (errno != Errno.Interrupted) throw Failed("read", "the log FIFO");
        }
    }

    public void Dispose() => Handle.Dispose();

    private static IOException Failed(string verb, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {verb} {path}: {new Win32Exception(errno).Message}.", errno);
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Gantry.Cli.Terminal;

/// <summary>
/// stdin, stdout or stderr as plain <c>read(2)</c> and <c>write(2)</c>. A <see cref="FileStream"/> would write redirected
/// output at positions of its own and so overwrite what other writers of the same file have put there.
/// </summary>
internal sealed unsafe class DescriptorStream(int descriptor, bool readable) : Stream
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BadDescriptor = 9;

    public override bool CanRead => readable;
    public override bool CanWrite => !readable;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
            while (true)
            {
                var count = Libc.read(descriptor, start, (nuint)buffer.Length);
                if (count >= 0)
                    return (int)count;
                // A descriptor that the parent closed (`<&-`) has nothing to read.
                if (!Retry(readable: true, out var error))
                    return error == BadDescriptor ? 0 : throw Failure("Reading", error);
            }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* start = buffer)
            for (nint done = 0; done < buffer.Length;)
            {
                var count = Libc.write(descriptor, start + done, (nuint)(buffer.Length - done));
                if (count >= 0)
                    done += count;
                else if (!Retry(readable: false, out var error))
                    throw error == BrokenPipe.Number ? new BrokenPipe() : Failure("Writing", error);
            }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Reads on a thread of its own: a terminal may be silent for hours, and no read of it can be cancelled.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Factory.StartNew(
            () => Read(buffer.Span), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(cancellationToken));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private bool Retry(bool readable, out int error)
    {
        error = Marshal.GetLastPInvokeError();
        if (error == TryAgain)
            Libc.WaitFor(descriptor, readable);
        return error is Interrupted or TryAgain;
    }

    private IOException Failure(string verb, int error) =>
        new($"{verb} {descriptor switch { 0 => "stdin", 1 => "stdout", _ => "stderr" }} failed: {new Win32Exception(error).Message}.");
}

using System.IO.Pipelines;
using Gantry.Linux.Kernel;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Runtime.Native;

/// <summary>
/// A container's terminal. One thread waits for its output: .NET has no asynchronous reads of terminals, and few people
/// are attached at a time.
/// </summary>
internal sealed class Terminal : ITerminal
{
    private readonly PseudoTerminal _pty;
    private readonly Pipe _output = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _reading;
    private int _disposed;

    public Terminal(SafeFileHandle handle)
    {
        _pty = new PseudoTerminal(handle);
        _reading = Task.Factory.StartNew(Pump, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        var read = await _output.Reader.ReadAsync(token);
        var count = (int)Math.Min(read.Buffer.Length, buffer.Length);
        var taken = read.Buffer.Slice(0, count);
        foreach (var (segment, offset) in Segments(taken))
            segment.CopyTo(buffer[offset..]);
        _output.Reader.AdvanceTo(taken.End);
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken token)
    {
        await _writing.WaitAsync(token);
        try
        {
            await Task.Run(() => _pty.Write(data.Span), token);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Resize(int width, int height) => _pty.Resize(width, height);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        _pty.Wake();
        _output.Reader.CancelPendingRead();
        await _output.Reader.CompleteAsync();
        await _reading;
        await _writing.WaitAsync();
        _pty.Dispose();
    }

    private static IEnumerable<(ReadOnlyMemory<byte> Segment, int Offset)> Segments(System.Buffers.ReadOnlySequence<byte> sequence)
    {
        var offset = 0;
        foreach (var segment in sequence)
        {
            yield return (segment, offset);
            offset += segment.Length;
        }
    }

    private void Pump()
    {
        try
        {
            while (true)
            {
                var count = _pty.Read(_output.Writer.GetSpan(4096));
                if (count == 0)
                    break;
                _output.Writer.Advance(count);
                // Waits while the reader is slow, so that the container waits too.
                if (_output.Writer.FlushAsync().AsTask().GetAwaiter().GetResult().IsCompleted)
                    break;
            }
            _output.Writer.Complete();
        }
        catch (Exception e)
        {
            _output.Writer.Complete(e);
        }
    }
}

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
    private readonly Stream _read;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Task _pumping;
    private volatile bool _disposed;

    public Terminal(SafeFileHandle handle)
    {
        _pty = new PseudoTerminal(handle);
        _read = _output.Reader.AsStream();
        _pumping = Task.Factory.StartNew(Pump, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token) => _read.ReadAsync(buffer, token);

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
        if (_disposed)
            return;
        _disposed = true;
        _pty.Wake();
        _output.Reader.CancelPendingRead();
        await _output.Reader.CompleteAsync();
        await _pumping;
        await _writing.WaitAsync();
        _pty.Dispose();
    }

    /// <summary>Its writes wait while the reader is slow, so that the container waits too.</summary>
    private void Pump()
    {
        try
        {
            var output = _output.Writer.AsStream(leaveOpen: true);
            var buffer = new byte[4096];
            for (int count; !_disposed && (count = _pty.Read(buffer)) > 0;)
                output.Write(buffer, 0, count);
            _output.Writer.Complete();
        }
        catch (Exception e)
        {
            _output.Writer.Complete(e);
        }
    }
}

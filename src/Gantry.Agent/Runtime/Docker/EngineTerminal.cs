using Docker.DotNet;
using Docker.DotNet.Models;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The terminal that the engine holds for a container. Who hangs up ends the container's session, as a lost line does.</summary>
internal sealed class EngineTerminal(MultiplexedStream stream, Func<ContainerResizeParameters, Task> resize, Func<Task> hangUp) : ITerminal
{
    private readonly Lock _sizing = new();
    private Task _resized = Task.CompletedTask;
    private bool _disposed;

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        var bytes = new byte[buffer.Length];
        var result = await stream.ReadOutputAsync(bytes, 0, bytes.Length, token);
        bytes.AsMemory(0, result.Count).CopyTo(buffer);
        return result.Count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken token)
    {
        // What is typed after a resize is meant for the new size.
        await _resized;
        var bytes = data.ToArray();
        await stream.WriteAsync(bytes, 0, bytes.Length, token);
    }

    public void Resize(int width, int height)
    {
        lock (_sizing)
            _resized = ResizeAfterAsync(_resized, new ContainerResizeParameters { Width = width, Height = height });
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _resized;
        stream.Dispose();
        await hangUp();
    }

    private async Task ResizeAfterAsync(Task earlier, ContainerResizeParameters size)
    {
        await earlier;
        try
        {
            await resize(size);
        }
        catch (RuntimeException)
        {
            // It has ended: there is no terminal to be resized.
            return;
        }
    }
}

using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>One connection: matches replies to requests by number, and passes changes on.</summary>
internal sealed class SupervisorConnection : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<Reply>> _pending = [];
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Action<ContainerRecord> _changed;

    public SupervisorConnection(Socket socket, Action<ContainerRecord> changed)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _changed = changed;
        Closed = ReadAsync();
    }

    /// <summary>Completes when no more replies come.</summary>
    public Task Closed { get; }

    /// <exception cref="IOException">The connection was lost before the reply.</exception>
    public async Task<Reply> CallAsync(Request request, CancellationToken token)
    {
        var reply = _pending[request.Number] = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await WriteAsync([.. JsonSerializer.SerializeToUtf8Bytes(request, MessagesJson.Default.Request), (byte)'\n'], token);
            if (Closed.IsCompleted)
                throw new IOException("The connection is closed.");
            return await reply.Task.WaitAsync(token);
        }
        finally
        {
            _pending.TryRemove(request.Number, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await Closed;
    }

    private async Task WriteAsync(byte[] line, CancellationToken token)
    {
        await _writing.WaitAsync(token);
        try
        {
            // Half a line would garble the next one: from here on there is no cancelling.
            await _stream.WriteAsync(line, CancellationToken.None);
        }
        catch (ObjectDisposedException e)
        {
            throw new IOException("The connection is closed.", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        using var reader = new StreamReader(_stream, leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                Take(JsonSerializer.Deserialize(line, MessagesJson.Default.Reply)!);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The end, told by whoever waits below.
        }
        finally
        {
            await _stream.DisposeAsync();
            foreach (var waiting in _pending.Values)
                waiting.TrySetException(new IOException("The supervisor closed the connection."));
        }
    }

    private void Take(Reply reply)
    {
        if (reply.Number == 0)
            _changed(reply.Container!);
        else if (_pending.TryRemove(reply.Number, out var waiting))
            waiting.SetResult(reply);
    }
}

using System.Threading.Channels;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>A terminal on another host.</summary>
internal sealed class RemoteTerminal : ITerminal
{
    private readonly AsyncDuplexStreamingCall<Wire.TerminalInput, Wire.TerminalOutput> _call;
    private readonly Channel<Wire.TerminalInput> _input = Channel.CreateBounded<Wire.TerminalInput>(64);
    private readonly Task _sending;
    private ReadOnlyMemory<byte> _rest;

    private RemoteTerminal(AsyncDuplexStreamingCall<Wire.TerminalInput, Wire.TerminalOutput> call)
    {
        _call = call;
        _sending = SendAsync();
    }

    /// <summary>Returns once the terminal is connected there.</summary>
    public static async Task<ITerminal> OpenAsync(string address, Wire.HostContainers.HostContainersClient client, ContainerId id, CancellationToken token)
    {
        var call = client.Attach(cancellationToken: CancellationToken.None);
        try
        {
            await call.RequestStream.WriteAsync(new Wire.TerminalInput { Id = id.Value }, token);
            if (!await call.ResponseStream.MoveNext(token))
                throw new RuntimeException($"The terminal of the container {id} was closed before it was connected.", false);
            return new RemoteTerminal(call);
        }
        catch (Exception e)
        {
            call.Dispose();
            if (e is RpcException rpc)
                throw Calls.Translate(address, rpc, token);
            throw;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token)
    {
        while (_rest.IsEmpty)
        {
            try
            {
                if (!await _call.ResponseStream.MoveNext(token))
                    return 0;
            }
            catch (RpcException e)
            {
                token.ThrowIfCancellationRequested();
                throw new IOException($"The terminal on the other host was lost: {e.Status.Detail}", e);
            }

            _rest = _call.ResponseStream.Current.Data.Memory;
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken token)
    {
        try
        {
            await _input.Writer.WriteAsync(new Wire.TerminalInput { Data = ByteString.CopyFrom(data.Span) }, token);
        }
        catch (ChannelClosedException e)
        {
            throw new IOException("The terminal on the other host is closed.", e);
        }
    }

    public void Resize(int width, int height) => _input.Writer.TryWrite(new Wire.TerminalInput { Width = width, Height = height });

    public async ValueTask DisposeAsync()
    {
        _input.Writer.TryComplete();
        _call.Dispose();
        await _sending;
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var message in _input.Reader.ReadAllAsync())
                await _call.RequestStream.WriteAsync(message);
            await _call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever reads is told.
        }
        finally
        {
            _input.Writer.TryComplete();
        }
    }
}

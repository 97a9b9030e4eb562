using Gantry.Agent.Runtime;
using Gantry.Domain;
using Google.Protobuf;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>A terminal of this host for somebody elsewhere. It hangs up when they do.</summary>
internal static class TerminalBridge
{
    private const int BufferBytes = 16 << 10;

    public static async Task ServeAsync(
        IContainerRuntime runtime, IAsyncStreamReader<Wire.TerminalInput> input, IServerStreamWriter<Wire.TerminalOutput> output, CancellationToken token)
    {
        if (!await input.MoveNext(token))
            return;
        var terminal = await runtime.AttachAsync(new ContainerId(input.Current.Id), token);
        await using var _ = terminal;
        // An empty message: whoever waits for the terminal has it now.
        await output.WriteAsync(new Wire.TerminalOutput(), token);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(token);
        var typing = TypeAsync(input, terminal, end.Token);
        var showing = ShowAsync(terminal, output, end.Token);
        await Task.WhenAny(typing, showing);
        await end.CancelAsync();
        await Task.WhenAll(typing, showing);
    }

    private static async Task TypeAsync(IAsyncStreamReader<Wire.TerminalInput> input, ITerminal terminal, CancellationToken token)
    {
        try
        {
            while (await input.MoveNext(token))
            {
                if (input.Current is { Width: > 0, Height: > 0 } size)
                    terminal.Resize(size.Width, size.Height);
                if (input.Current.Data.Length > 0)
                    await terminal.WriteAsync(input.Current.Data.Memory, token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException or IOException)
        {
            // The other side hung up, or the container ended.
        }
    }

    private static async Task ShowAsync(ITerminal terminal, IServerStreamWriter<Wire.TerminalOutput> output, CancellationToken token)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await terminal.ReadAsync(buffer, token) is > 0 and var count)
                await output.WriteAsync(new Wire.TerminalOutput { Data = ByteString.CopyFrom(buffer, 0, count) }, token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Likewise.
        }
    }
}

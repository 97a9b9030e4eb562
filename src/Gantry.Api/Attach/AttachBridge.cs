using System.IO.Pipelines;
using Gantry.Agent.Runtime;
using Gantry.Bus;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Attach;

/// <summary>Carries bytes between a connection and a terminal until one of them ends or nothing moves any more.</summary>
internal sealed class AttachBridge(
    IContainerRuntime runtime, IContainerStore containers, IBus bus, IOptions<ApiOptions> options, TimeProvider time)
{
    public async Task RunAsync(IDuplexPipe transport, Container container, AttachSession session, CancellationToken token)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        var endedItself = false;
        try
        {
            // Clients lose output that comes with the headers.
            await Task.Delay(options.Value.AttachHeaderDelay, time, over.Token);
            await using var terminal = await runtime.AttachAsync(container.Id, over.Token);
            session.Touch();
            session.Connect(terminal);
            var output = CopyOutAsync(terminal, transport.Output, session, over.Token);
            var others = new[] { output, CopyInAsync(transport.Input, terminal, session, over.Token), WatchIdleAsync(session, over.Token) };
            endedItself = await Task.WhenAny(others) == output && output.IsCompletedSuccessfully;
            await over.CancelAsync();
            await Task.WhenAll(others).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Rethrow(others);
        }
        finally
        {
            session.Disconnect();
            if (!endedItself)
                await StopAsync(container, CancellationToken.None);
        }
    }

    private static async Task CopyOutAsync(ITerminal terminal, PipeWriter output, AttachSession session, CancellationToken token)
    {
        while (true)
        {
            var read = await terminal.ReadAsync(output.GetMemory(16 * 1024), token);
            if (read == 0)
                return;
            session.Touch();
            output.Advance(read);
            if ((await output.FlushAsync(token)).IsCompleted)
                throw new ConnectionAbortedException("The client left.");
        }
    }

    private static async Task CopyInAsync(PipeReader input, ITerminal terminal, AttachSession session, CancellationToken token)
    {
        while (true)
        {
            var result = await input.ReadAsync(token);
            foreach (var segment in result.Buffer)
                await terminal.WriteAsync(segment, token);
            if (!result.Buffer.IsEmpty)
                session.Touch();
            input.AdvanceTo(result.Buffer.End);
            // Clients say "no more input" with byte 0x04; a closed connection means that they are gone.
            if (result.IsCompleted)
                return;
        }
    }

    private async Task WatchIdleAsync(AttachSession session, CancellationToken token)
    {
        var limit = options.Value.AttachIdleLimit;
        while (session.Idle < limit)
            await Task.Delay(limit - session.Idle + TimeSpan.FromMilliseconds(1), time, token);
        session.TimedOut = true;
    }

    /// <summary>A one-off does not outlive the client that it was started for.</summary>
    private async Task StopAsync(Container container, CancellationToken token)
    {
        await containers.UpdateAsync(container.Id, c => c with { Wanted = false }, token);
        bus.Publish(new AppChanged(container.AppId));
    }

    private static void Rethrow(IEnumerable<Task> tasks)
    {
        var failures = tasks.Where(t => t.IsFaulted).SelectMany(t => t.Exception!.InnerExceptions)
            .Where(e => e is not (OperationCanceledException or ConnectionResetException or ConnectionAbortedException)).ToList();
        if (failures.Count > 0)
            throw new AggregateException("The terminal or its connection failed.", failures);
    }
}

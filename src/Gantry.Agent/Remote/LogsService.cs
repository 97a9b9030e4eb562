using Gantry.Agent.Logs;
using Gantry.Domain;
using Grpc.Core;

namespace Gantry.Agent.Remote;

/// <summary>What the apps' containers wrote on this host.</summary>
internal sealed class LogsService(IAppLog log) : Wire.HostLogs.HostLogsBase
{
    private const int Batch = 512;

    public override async Task Tail(Wire.TailRequest request, IServerStreamWriter<Wire.LogLines> responseStream, ServerCallContext context)
    {
        var lines = await log.TailAsync(App(request.Log), Filter(request.Log), request.Count, context.CancellationToken);
        foreach (var chunk in lines.Chunk(Batch))
            await responseStream.WriteAsync(WireLog.ToWire(chunk), context.CancellationToken);
    }

    public override async Task<Wire.LogEnd> End(Wire.LogRequest request, ServerCallContext context) =>
        new() { Cursor = (await log.EndAsync(App(request), Filter(request), context.CancellationToken)).ToString() };

    public override async Task Follow(Wire.FollowRequest request, IServerStreamWriter<Wire.LogLines> responseStream, ServerCallContext context)
    {
        var from = LogCursor.Parse(request.Cursor);
        await using var lines = log.FollowAsync(App(request.Log), Filter(request.Log), from, context.CancellationToken).GetAsyncEnumerator(context.CancellationToken);
        var next = lines.MoveNextAsync();
        // Also without a line: whoever follows knows that it is followed.
        await responseStream.WriteAsync(new Wire.LogLines(), context.CancellationToken);
        var batch = new List<LogLine>(Batch);
        while (await next)
        {
            batch.Add(lines.Current);
            next = lines.MoveNextAsync();
            if (next.IsCompleted && batch.Count < Batch)
                continue;
            await responseStream.WriteAsync(WireLog.ToWire(batch), context.CancellationToken);
            batch.Clear();
        }
    }

    public override async Task<Wire.Nothing> Remove(Wire.LogRequest request, ServerCallContext context)
    {
        await log.RemoveAsync(App(request), context.CancellationToken);
        return new Wire.Nothing();
    }

    private static AppId App(Wire.LogRequest request) => new(request.App);

    private static LogFilter Filter(Wire.LogRequest request) => LogFilter.Parse(request.Filter);
}

using System.Runtime.CompilerServices;
using Gantry.Agent.Logs;
using Gantry.Domain;
using Grpc.Core;

namespace Gantry.Agent.Remote;

internal sealed class RemoteLog(string address, Wire.HostLogs.HostLogsClient client) : IRemoteLog
{
    public async Task<IReadOnlyList<LogLine>> TailAsync(AppId app, LogFilter filter, int count, CancellationToken token)
    {
        using var call = client.Tail(new Wire.TailRequest { Log = ToWire(app, filter), Count = count }, Options(token));
        var lines = new List<LogLine>();
        await foreach (var batch in Calls.ReadAsync(address, call.ResponseStream, token))
            lines.AddRange(batch.Lines.Select(WireLog.ToLine));
        return lines;
    }

    public async Task<LogCursor> EndAsync(AppId app, LogFilter filter, CancellationToken token) =>
        LogCursor.Parse((await Calls.RunAsync(address, client.EndAsync(ToWire(app, filter), Options(token)), token)).Cursor);

    public async IAsyncEnumerable<LogLine> FollowAsync(AppId app, LogFilter filter, LogCursor from, [EnumeratorCancellation] CancellationToken token)
    {
        using var call = client.Follow(new Wire.FollowRequest { Log = ToWire(app, filter), Cursor = from.ToString() }, cancellationToken: token);
        await foreach (var batch in Calls.ReadAsync(address, call.ResponseStream, token))
            foreach (var line in batch.Lines)
                yield return WireLog.ToLine(line);
    }

    public Task RemoveAsync(AppId app, CancellationToken token) =>
        Calls.RunAsync(address, client.RemoveAsync(ToWire(app, LogFilter.All), Options(token)), token);

    private static Wire.LogRequest ToWire(AppId app, LogFilter filter) => new() { App = app.Value, Filter = filter.ToString() };

    private static CallOptions Options(CancellationToken token) => new(deadline: DateTime.UtcNow + Calls.Limit, cancellationToken: token);
}

using System.Text.Json.Nodes;
using Gantry.Control.Work;
using Gantry.Domain.Events;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts;

/// <summary>Tells operators of an alarm when it begins, and not again while it lasts: a line in the log and an event in their timelines.</summary>
internal sealed partial class HostAlarms(IAccountStore accounts, IEventStore events, TimeProvider time, ILogger<HostAlarms> logger)
{
    public const string EventType = "host_alarm";

    private HashSet<string> _raised = [];

    public async Task NoteAsync(IReadOnlyList<string> alarms, CancellationToken token)
    {
        var before = _raised;
        _raised = [.. alarms];
        foreach (var ended in before.Except(_raised))
            Log.Ended(logger, ended);
        foreach (var raised in _raised.Except(before))
        {
            Log.Raised(logger, raised);
            await TellAsync(raised, token).ConfigureAwait(false);
        }
    }

    private async Task TellAsync(string alarm, CancellationToken token)
    {
        var data = new JsonObject { ["message"] = alarm }.ToJsonString();
        foreach (var user in (await accounts.ListUsersAsync(token).ConfigureAwait(false)).Where(u => u.IsOperator))
            await events.AddAsync(new AppEvent(NewId.Event(), time.GetUtcNow(), EventType, user.Id, user.Username, null, "", data), token).ConfigureAwait(false);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Alarm}")]
        public static partial void Raised(ILogger logger, string alarm);

        [LoggerMessage(2, LogLevel.Information, "Over: {Alarm}")]
        public static partial void Ended(ILogger logger, string alarm);
    }
}

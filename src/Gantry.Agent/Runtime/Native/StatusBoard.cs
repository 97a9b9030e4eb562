using Gantry.Domain;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Passes on what the supervisor tells, also what happened while the connection was lost.</summary>
internal sealed class StatusBoard
{
    public StatusBoard(SupervisorLink link, StatusFeed feed)
    {
        link.Changed += r => feed.Post(ToStatus(r));
        link.Connected += records =>
        {
            foreach (var record in records)
                feed.Post(ToStatus(record));
        };
        Feed = feed;
    }

    public StatusFeed Feed { get; }

    public static ContainerStatus ToStatus(ContainerRecord r) => new(
        new ContainerId(r.Id), State(r.State), r.Address, Time(r.StartedAt), Time(r.ExitedAt), r.ExitCode, r.OutOfMemory, r.ExitReason)
    {
        StartedUptime = Uptime(r.StartedUptime), ExitedUptime = Uptime(r.ExitedUptime),
    };

    private static RuntimeState State(string state) => state switch
    {
        States.Created => RuntimeState.Created,
        States.Running => RuntimeState.Running,
        _ => RuntimeState.Exited,
    };

    private static TimeSpan? Uptime(long? milliseconds) => milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private static DateTimeOffset? Time(long? milliseconds) =>
        milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}

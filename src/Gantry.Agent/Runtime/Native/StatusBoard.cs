using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gantry.Domain;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Tells status changes to everybody who watches, also those that happened while the connection was lost.</summary>
internal sealed class StatusBoard
{
    private readonly ConcurrentDictionary<string, ContainerStatus> _known = [];
    private readonly ConcurrentDictionary<Channel<ContainerStatus>, bool> _watchers = [];

    public StatusBoard(SupervisorLink link)
    {
        link.Changed += Post;
        link.Connected += records =>
        {
            foreach (var record in records)
                Post(record);
        };
    }

    /// <summary>Subscribes at once; the enumeration may begin later.</summary>
    public IAsyncEnumerable<ContainerStatus> Watch(CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<ContainerStatus>(new UnboundedChannelOptions { SingleReader = true });
        _watchers[channel] = true;
        return ReadAsync(channel, token);
    }

    public void Forget(ContainerId id) => _known.TryRemove(id.Value, out _);

    public static ContainerStatus ToStatus(ContainerRecord r) => new(
        new ContainerId(r.Id), State(r.State), r.Address, Time(r.StartedAt), Time(r.ExitedAt), r.ExitCode, r.OutOfMemory, r.ExitReason)
    {
        StartedUptime = Uptime(r.StartedUptime), ExitedUptime = Uptime(r.ExitedUptime),
    };

    private async IAsyncEnumerable<ContainerStatus> ReadAsync(Channel<ContainerStatus> channel, [EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            await foreach (var status in channel.Reader.ReadAllAsync(token))
                yield return status;
        }
        finally
        {
            _watchers.TryRemove(channel, out _);
        }
    }

    private void Post(ContainerRecord record)
    {
        var status = ToStatus(record);
        if (_known.TryGetValue(record.Id, out var known) && known == status)
            return;
        _known[record.Id] = status;
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(status);
    }

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

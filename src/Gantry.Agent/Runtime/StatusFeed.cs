using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Gantry.Domain;

namespace Gantry.Agent.Runtime;

/// <summary>Tells status changes to everybody who watches, each once.</summary>
internal sealed class StatusFeed
{
    private readonly ConcurrentDictionary<ContainerId, ContainerStatus> _known = [];
    private readonly ConcurrentDictionary<Channel<ContainerStatus>, bool> _watchers = [];

    /// <summary>Subscribes at once; the enumeration may begin later.</summary>
    public IAsyncEnumerable<ContainerStatus> Watch(CancellationToken token)
    {
        var channel = Channel.CreateUnbounded<ContainerStatus>(new UnboundedChannelOptions { SingleReader = true });
        _watchers[channel] = true;
        return ReadAsync(channel, token);
    }

    public ContainerStatus? Find(ContainerId id) => _known.GetValueOrDefault(id);

    public void Forget(ContainerId id) => _known.TryRemove(id, out _);

    public void Post(ContainerStatus status)
    {
        if (_known.TryGetValue(status.Id, out var known) && known == status)
            return;
        _known[status.Id] = status;
        foreach (var watcher in _watchers.Keys)
            watcher.Writer.TryWrite(status);
    }

    /// <summary>Completes with the end of a container that <paramref name="now"/> looks up after the subscription.</summary>
    public async Task<ContainerStatus> WaitForExitAsync(ContainerId id, Func<Task<ContainerStatus?>> now, CancellationToken token)
    {
        await using var changes = Watch(token).GetAsyncEnumerator(token);
        var status = await now() ?? throw new RuntimeException($"There is no container {id} on this host to wait for.", false);
        while (status.State != RuntimeState.Exited)
        {
            if (!await changes.MoveNextAsync())
                throw new RuntimeException($"Nobody tells any more how the container {id} goes on.", true);
            if (changes.Current.Id == id)
                status = changes.Current;
        }
        return status;
    }

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
}

using System.Collections.Concurrent;
using Gantry.Agent.Logs.Syslog;
using Gantry.Domain;
using Microsoft.Extensions.Hosting;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// Ends the log stream of a removed container a few seconds later: what the engine has sent by the container's end may
/// still be on its way, and the last words of a crash are the ones that matter. Until then a file in the container's
/// folder remembers the tag, so that no agent forgets a stream.
/// </summary>
internal sealed class LogEnds(ISyslogListener syslog, ContainerFolders folders, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<ContainerId, ITimer> _timers = [];

    /// <summary>Keeps the folder of the container until its stream has ended.</summary>
    public void EndSoon(ContainerId id, string tag)
    {
        folders.WriteEnd(id, tag);
        Schedule(id);
    }

    /// <summary>Ends all at once, for a host that is given back.</summary>
    public void EndAll()
    {
        foreach (var id in folders.ListEnds())
            End(id);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var id in folders.ListEnds())
            Schedule(id);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var timer in _timers.Values)
            timer.Dispose();
    }

    private void Schedule(ContainerId id) => _timers.GetOrAdd(id, _ => time.CreateTimer(_ => End(id), null, _grace, Timeout.InfiniteTimeSpan));

    private void End(ContainerId id)
    {
        if (folders.ReadEnd(id) is { } tag)
            syslog.Complete(tag);
        folders.Remove(id);
        if (_timers.TryRemove(id, out var timer))
            timer.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using Docker.DotNet.Models;
using Gantry.Domain;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// Follows the engine's events and posts each change. An event only says where to look: the status comes from the engine,
/// and after every new connection all containers are looked at, so a lost event or a lost engine loses no change.
/// </summary>
internal sealed partial class EngineEvents(
    EngineLink engine, EngineContainers containers, StatusFeed feed, TimeProvider time, IOptions<AgentOptions> options, ILogger<EngineEvents> logger) : BackgroundService
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<ContainerId, ITimer> _deadlines = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (RuntimeException e)
            {
                Log.Lost(logger, e.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }

            await Task.Delay(_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        foreach (var timer in _deadlines.Values)
            timer.Dispose();
        base.Dispose();
    }

    private async Task FollowAsync(CancellationToken token)
    {
        var changed = new Changed();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var listening = engine.AskAsync("tell its events", c => c.System.MonitorEventsAsync(
            new ContainerEventsParameters
            {
                // A moment back, so that nothing falls between the list and the events.
                Since = time.GetUtcNow().AddSeconds(-1).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture),
                Filters = Filters.Of("type", "container", "label", $"{Labels.InstanceKey}={options.Value.InstanceName}", "event", "start", "event", "die"),
            },
            changed, stop.Token));
        try
        {
            foreach (var container in await containers.ListAsync(token))
                Post(container);
            var posting = PostAllAsync(changed, stop.Token);
            await await Task.WhenAny(listening, posting);
        }
        finally
        {
            await stop.CancelAsync();
            await listening.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task PostAllAsync(Changed changed, CancellationToken token)
    {
        await foreach (var id in changed.Ids.Reader.ReadAllAsync(token))
            if (await containers.FindAsync(id, token) is { } container)
                Post(container);
    }

    private void Post(EngineContainer container)
    {
        var status = containers.StatusOf(container);
        // Who lived so shortly that its end is seen first was running all the same.
        if (status.State == RuntimeState.Exited && feed.Find(status.Id)?.State is not (RuntimeState.Running or RuntimeState.Exited))
            feed.Post(status with { State = RuntimeState.Running, ExitCode = null, ExitedAt = null, OutOfMemory = false, ExitReason = null });
        if (status.State == RuntimeState.Running && feed.Find(status.Id)?.State == RuntimeState.Exited)
            return;
        feed.Post(status);
        WatchTime(status, container.Labels.MaxRuntime);
    }

    private void WatchTime(ContainerStatus status, TimeSpan? limit)
    {
        if (status.State == RuntimeState.Exited && _deadlines.TryRemove(status.Id, out var timer))
            timer.Dispose();
        if (status is not { State: RuntimeState.Running, StartedAt: { } start } || limit is null || _deadlines.ContainsKey(status.Id))
            return;
        var left = start + limit.Value - time.GetUtcNow();
        _deadlines[status.Id] = time.CreateTimer(
            _ => _ = KillAsync(status.Id), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private async Task KillAsync(ContainerId id)
    {
        try
        {
            await containers.SignalAsync(id, 9, CancellationToken.None);
        }
        catch (RuntimeException e)
        {
            Log.NotKilled(logger, id.Value, e.Message);
        }
    }

    /// <summary>Unlike <see cref="Progress{T}"/> it keeps the order.</summary>
    private sealed class Changed : IProgress<Message>
    {
        public Channel<string> Ids { get; } = Channel.CreateUnbounded<string>();

        public void Report(Message value) => Ids.Writer.TryWrite(value.Actor!.ID!);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The events of the Docker Engine are lost, connecting again: {Reason}")]
        public static partial void Lost(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "The container {Id} ran longer than its limit and could not be killed: {Reason}")]
        public static partial void NotKilled(ILogger logger, string id, string reason);
    }
}

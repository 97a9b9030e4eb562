using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Work;

/// <summary>
/// Runs a repeatable step per key: never two at once for one key, again when the key was triggered meanwhile, and
/// again after the delay that the step asks for. Failures are logged and retried with a growing delay.
/// </summary>
internal sealed partial class ReconcileQueue<TKey>(
    Func<TKey, CancellationToken, Task<TimeSpan?>> step, TimeProvider time, ILogger logger, CancellationToken stopping)
    where TKey : notnull
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    /// <summary>Makes the step of this key run soon.</summary>
    public void Trigger(TKey key)
    {
        while (!stopping.IsCancellationRequested)
        {
            var entry = _entries.GetOrAdd(key, static _ => new Entry());
            lock (entry)
            {
                if (entry.Removed)
                    continue;
                entry.Dirty = true;
                entry.Wake?.TrySetResult();
                if (entry.Running)
                    return;
                entry.Running = true;
            }

            _ = Task.Run(() => RunAsync(key, entry), stopping);
            return;
        }
    }

    private async Task RunAsync(TKey key, Entry entry)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            lock (entry)
            {
                entry.Dirty = false;
                entry.Wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var (again, failed) = await StepAsync(key, failures).ConfigureAwait(false);
            failures = failed ? failures + 1 : 0;
            if (!await WaitAsync(key, entry, again).ConfigureAwait(false))
                return;
        }
    }

    private async Task<(TimeSpan? Again, bool Failed)> StepAsync(TKey key, int failures)
    {
        try
        {
            return (await step(key, stopping).ConfigureAwait(false), false);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // Whatever it met on its way out: who comes next takes this step again.
            return (null, false);
        }
#pragma warning disable CA1031 // One broken app or container must not stop the others: it is logged and tried again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var delay = TimeSpan.FromTicks(Math.Min(LongestRetry.Ticks, FirstRetry.Ticks << Math.Min(failures, 10)));
            Log.StepFailed(logger, key.ToString() ?? "", failures + 1, delay.TotalSeconds, e);
            return (delay, true);
        }
    }

    /// <returns>False when nothing is left to do and the entry is gone.</returns>
    private async Task<bool> WaitAsync(TKey key, Entry entry, TimeSpan? again)
    {
        Task wake;
        lock (entry)
        {
            if (entry.Dirty)
                return true;
            if (again is null)
            {
                entry.Removed = true;
                _entries.TryRemove(key, out _);
                return false;
            }

            wake = entry.Wake!.Task;
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(wake, Task.Delay(again.Value, time, cut.Token)).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
        return true;
    }

    private sealed class Entry
    {
        public bool Dirty { get; set; }
        public bool Running { get; set; }
        public bool Removed { get; set; }
        public TaskCompletionSource? Wake { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The step for {Key} failed ({Failures} in a row) and is tried again in {Delay} s")]
        public static partial void StepFailed(ILogger logger, string key, int failures, double delay, Exception e);
    }
}

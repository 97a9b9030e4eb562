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
                entry.Task = Task.Run(() => RunAsync(key, entry), stopping);
            }

            return;
        }
    }

    /// <summary>As long as these loops, which trigger it. When it returns after the stop no step is under way, and what they use may go.</summary>
    public async Task WithAsync(params Task[] loops)
    {
        try
        {
            await Loops.TogetherAsync(loops).ConfigureAwait(false);
        }
        finally
        {
            if (stopping.IsCancellationRequested)
                await Task.WhenAll(_entries.Values.Select(e => e.Task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

            var (again, failed) = await StepAsync(key, entry, failures).ConfigureAwait(false);
            failures = failed ? failures + 1 : 0;
            if (!await WaitAsync(key, entry, again).ConfigureAwait(false))
                return;
        }
    }

    private async Task<(TimeSpan? Again, bool Failed)> StepAsync(TKey key, Entry entry, int failures)
    {
        try
        {
            var again = await step(key, stopping).ConfigureAwait(false);
            entry.Told = null;
            return (again, false);
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
            Tell(key, entry, failures + 1, delay, e);
            return (delay, true);
        }
    }

    /// <summary>Where it came from is told once for each failure: a host that is full for an hour is one story, with a sentence at each try.</summary>
    private void Tell(TKey key, Entry entry, int failures, TimeSpan delay, Exception e)
    {
        var what = $"{e.GetType()}: {e.Message}";
        Log.StepFailed(logger, key.ToString() ?? "", failures, delay.TotalSeconds, e.Message, entry.Told == what ? null : e);
        entry.Told = what;
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
        public Task Task { get; set; } = Task.CompletedTask;
        public bool Dirty { get; set; }
        public bool Running { get; set; }
        public bool Removed { get; set; }
        public TaskCompletionSource? Wake { get; set; }

        /// <summary>The failure that was told last, while it lasts. Of the one step that runs.</summary>
        public string? Told { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The step for {Key} failed ({Failures} in a row) and is tried again in {Delay} s: {Reason}")]
        public static partial void StepFailed(ILogger logger, string key, int failures, double delay, string reason, Exception? e);
    }
}

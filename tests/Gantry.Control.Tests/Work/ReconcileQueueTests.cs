using Gantry.Control.Work;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gantry.Control.Tests.Work;

public sealed class ReconcileQueueTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Trigger_DuringAStep_RunsTheStepAgainButNeverTwiceAtOnce()
    {
        using var stop = new CancellationTokenSource();
        using var entered = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        int atOnce = 0, most = 0;
        var queue = new ReconcileQueue<string>(Step, TimeProvider.System, NullLogger.Instance, stop.Token);

        queue.Trigger("app");
        Assert.True(await entered.WaitAsync(Limit, TestContext.Current.CancellationToken));
        queue.Trigger("app");
        queue.Trigger("app");
        leave.Release();
        Assert.True(await entered.WaitAsync(Limit, TestContext.Current.CancellationToken));
        leave.Release();

        Assert.Equal(1, most);
        await stop.CancelAsync();

        async Task<TimeSpan?> Step(string key, CancellationToken token)
        {
            most = Math.Max(most, Interlocked.Increment(ref atOnce));
            entered.Release();
            await leave.WaitAsync(token);
            Interlocked.Decrement(ref atOnce);
            return null;
        }
    }

    [Fact]
    public async Task Step_Throws_IsTriedAgain()
    {
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var done = new TaskCompletionSource();
        var queue = new ReconcileQueue<string>(Step, TimeProvider.System, NullLogger.Instance, stop.Token);

        queue.Trigger("app");

        await done.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal(3, calls);
        await stop.CancelAsync();

        Task<TimeSpan?> Step(string key, CancellationToken token)
        {
            if (++calls < 3)
                throw new IOException("not now");
            done.SetResult();
            return Task.FromResult<TimeSpan?>(null);
        }
    }

    [Fact]
    public async Task Step_AsksForLater_RunsAgainWithoutATrigger()
    {
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var done = new TaskCompletionSource();
        var queue = new ReconcileQueue<string>(Step, TimeProvider.System, NullLogger.Instance, stop.Token);

        queue.Trigger("app");

        await done.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await stop.CancelAsync();

        Task<TimeSpan?> Step(string key, CancellationToken token)
        {
            if (++calls < 2)
                return Task.FromResult<TimeSpan?>(TimeSpan.FromMilliseconds(10));
            done.SetResult();
            return Task.FromResult<TimeSpan?>(null);
        }
    }

    [Fact]
    public async Task Failure_ThatLasts_IsToldAtEachTry_AndWhereItCameFromOnce()
    {
        using var stop = new CancellationTokenSource();
        var told = new Told();
        var failures = new Queue<string>(["full", "full", "full", "slow", "full"]);
        var done = new TaskCompletionSource();
        ReconcileQueue<string>? queue = null;
        queue = new ReconcileQueue<string>(Step, TimeProvider.System, told, stop.Token);

        queue.Trigger("app");
        await done.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);

        Assert.Equal([true, false, false, true, true], told.Lines.Select(l => l.Trace));
        Assert.Equal("The step for app failed (3 in a row) and is tried again in 0.8 s: full", told.Lines[2].Text);
        await stop.CancelAsync();

        Task<TimeSpan?> Step(string key, CancellationToken token)
        {
            queue!.Trigger(key);
            if (failures.TryDequeue(out var failure))
                throw new IOException(failure);
            done.TrySetResult();
            return Task.FromResult<TimeSpan?>(TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public async Task Queue_ThatStops_HasNoStepUnderWay_WhenItReturns()
    {
        using var stop = new CancellationTokenSource();
        var (begun, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var ended = false;
        var queue = new ReconcileQueue<string>(Step, TimeProvider.System, NullLogger.Instance, stop.Token);
        queue.Trigger("app");
        await begun.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        var loop = new TaskCompletionSource();
        var end = queue.WithAsync(loop.Task);
        await stop.CancelAsync();
        loop.SetCanceled(stop.Token);

        Assert.False(end.IsCompleted);
        mayEnd.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => end.WaitAsync(Limit, TestContext.Current.CancellationToken));

        Assert.True(ended);

        async Task<TimeSpan?> Step(string key, CancellationToken token)
        {
            begun.TrySetResult();
            await mayEnd.Task;
            ended = true;
            return null;
        }
    }

    private sealed class Told : ILogger
    {
        public List<(string Text, bool Trace)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((formatter(state, exception), exception is not null));
    }
}

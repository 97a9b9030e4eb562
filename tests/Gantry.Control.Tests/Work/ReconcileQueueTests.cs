using Gantry.Control.Work;
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
}

using Gantry.Store.Sql;

namespace Gantry.Store.Sqlite;

/// <summary>A write in the queue of <see cref="SqliteWriter"/>. It can be cancelled until it starts.</summary>
internal abstract class PendingWrite
{
    /// <returns>False when it was cancelled while it waited.</returns>
    public abstract bool Start();

    public abstract Task RunAsync(SqlSession session);

    /// <summary>Tells the caller that the write is on the disk; nothing happens when it has failed before.</summary>
    public abstract void Acknowledge();

    public abstract void Fail(Exception reason);
}

internal sealed class PendingWrite<T>(Func<SqlSession, Task<T>> work, CancellationToken token) : PendingWrite
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = default!;

    public Task<T> Result => _result.Task;

    public override bool Start()
    {
        if (token.IsCancellationRequested)
            _result.TrySetCanceled(token);
        return !_result.Task.IsCompleted;
    }

    public override async Task RunAsync(SqlSession session) => _value = await work(session);

    public override void Acknowledge() => _result.TrySetResult(_value);

    public override void Fail(Exception reason) => _result.TrySetException(reason);
}

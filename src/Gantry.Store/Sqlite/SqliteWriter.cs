using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Gantry.Store.Sql;
using Microsoft.Data.Sqlite;

namespace Gantry.Store.Sqlite;

/// <summary>
/// The only writer of the process, so that writers queue here instead of meeting SQLite's lock. What has queued
/// while the disk was flushed is committed together: the flush is the cost, and it is paid once.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxBatch = 128;

    private readonly SqliteConnections _connections;
    private readonly Channel<PendingWrite> _queue = Channel.CreateUnbounded<PendingWrite>(new() { SingleReader = true });
    private readonly Task _loop;

    public SqliteWriter(SqliteConnections connections)
    {
        _connections = connections;
        _loop = Task.Run(RunAsync);
    }

    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token)
    {
        var write = new PendingWrite<T>(work, token);
        return _queue.Writer.TryWrite(write) ? write.Result : throw new ObjectDisposedException("SQLite store");
    }

    /// <summary>Stops accepting writes; those accepted are carried out.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        Complete();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingWrite>(MaxBatch);
        while (await _queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            try
            {
                await CommitAsync(batch);
                batch.ForEach(write => write.Acknowledge());
            }
            catch (Exception e)
            {
                // Whoever asked for a write gets the failure; the queue itself goes on for the next ones.
                batch.ForEach(write => write.Fail(e));
            }
        }
    }

    private async Task CommitAsync(List<PendingWrite> batch)
    {
        Take(batch);
        if (batch.Count == 0)
            return;
        await using var connection = await _connections.OpenAsync(CancellationToken.None);
        await using var transaction = connection.BeginTransaction(deferred: false);
        var session = new SqlSession(connection, transaction, CancellationToken.None);
        for (var i = 0; i < batch.Count; i++)
        {
            await RunIsolatedAsync(batch[i], session, transaction);
            Take(batch);
        }

        transaction.Commit();
    }

    private void Take(List<PendingWrite> batch)
    {
        while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var write))
            if (write.Start())
                batch.Add(write);
    }

    /// <summary>One failing write must not undo its neighbours in the batch.</summary>
    private static async Task RunIsolatedAsync(PendingWrite write, SqlSession session, SqliteTransaction transaction)
    {
        transaction.Save("one");
        try
        {
            await write.RunAsync(session);
            transaction.Release("one");
        }
        catch (Exception e)
        {
            write.Fail(e);
            Undo(transaction, e);
        }
    }

    private static void Undo(SqliteTransaction transaction, Exception reason)
    {
        try
        {
            transaction.Rollback("one");
            transaction.Release("one");
        }
        catch (SqliteException)
        {
            // Some failures, such as a full disk, end the whole transaction: the batch fails for the first reason.
            ExceptionDispatchInfo.Throw(reason);
        }
    }
}

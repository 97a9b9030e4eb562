using Npgsql;

namespace Gantry.Store.Postgres;

/// <summary>
/// Who writes when. The stores are written for an engine with one writer; SERIALIZABLE keeps what they rely on true
/// with many, and the price is that a write that met another must run again. Such writes of one process queue up here,
/// so that a crowd on one record becomes a row instead of a storm.
/// </summary>
internal sealed class PostgresTurns(PostgresStoreOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Leaves connections to readers.</summary>
    private readonly SemaphoreSlim _writers = new(Writers(options));

    /// <summary>A crowd of readers waits here for as long as it takes, and not for a connection, which is refused after some seconds.</summary>
    private readonly SemaphoreSlim _readers = new(Math.Max(1, options.MaxConnections - Writers(options)));
    private readonly SemaphoreSlim _again = new(1);
    private readonly string _address = PostgresAddress.Of(options.ConnectionString);

    public async Task<T> ReadAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        await _readers.WaitAsync(token);
        try
        {
            return await UntilItWorksAsync(work, time.GetTimestamp(), token);
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <param name="work">One transaction. It must throw an <see cref="NpgsqlException"/> only when surely nothing of it was committed.</param>
    public async Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        var start = time.GetTimestamp();
        await _writers.WaitAsync(token);
        try
        {
            return await work();
        }
        catch (NpgsqlException e) when (MayTryAgain(e, start))
        {
            return await WriteAgainAsync(work, start, token);
        }
        catch (NpgsqlException e)
        {
            throw PostgresFailures.Explain(e, _address);
        }
        finally
        {
            _writers.Release();
        }
    }

    public void Dispose()
    {
        _writers.Dispose();
        _readers.Dispose();
        _again.Dispose();
    }

    private static int Writers(PostgresStoreOptions options) => Math.Clamp(options.MaxConnections / 2, 1, 16);

    private async Task<T> WriteAgainAsync<T>(Func<Task<T>> work, long start, CancellationToken token)
    {
        await _again.WaitAsync(token);
        try
        {
            return await UntilItWorksAsync(work, start, token);
        }
        finally
        {
            _again.Release();
        }
    }

    private async Task<T> UntilItWorksAsync<T>(Func<Task<T>> work, long start, CancellationToken token)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (NpgsqlException e) when (!MayTryAgain(e, start))
            {
                throw PostgresFailures.Explain(e, _address);
            }
            catch (NpgsqlException)
            {
                await PauseAsync(token);
            }
        }
    }

    private bool MayTryAgain(NpgsqlException e, long start) =>
        (PostgresFailures.IsConflict(e) && time.GetElapsedTime(start) < options.ConflictPatience)
        || (PostgresFailures.IsOutage(e) && time.GetElapsedTime(start) < options.OutagePatience);

    /// <summary>Of random length, so that processes that met do not meet again at once.</summary>
    private Task PauseAsync(CancellationToken token) => Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), time, token);
}

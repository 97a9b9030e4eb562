using Gantry.Coordination;

namespace Gantry.Store.Sql;

/// <summary>What differs between database engines. The SQL of the stores is written once, against this.</summary>
internal abstract class SqlDatabase
{
    /// <summary>Rows that one write deletes, so that others get their turn.</summary>
    private const int DeleteBatch = 1000;

    /// <summary>Appended to a SELECT inside a write to lock the rows it returns; empty where writes are serial anyway.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Likewise, for rows that must not change until the write has ended and that other writes read too.</summary>
    public abstract string ForShare { get; }

    /// <summary>Compares a column with each value of a list parameter: <c>$"state {database.In("@states")}"</c>.</summary>
    public abstract string In(string list);

    /// <summary>Brings schema and key up to date on first use; a failure is met again by the next caller.</summary>
    public abstract Task PrepareAsync(CancellationToken token);

    /// <summary>Runs a read on its own connection, beside writers.</summary>
    public abstract Task<T> ReadAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token);

    /// <summary>Runs a write in a transaction; what it did is durable when the task completes, and gone when it fails.</summary>
    /// <remarks>
    /// The work must await nothing but its session, and must not start another write. It may be run again from its
    /// beginning when it met another write, so it must change nothing outside its session.
    /// </remarks>
    /// <exception cref="TermOverException">It belongs to a term of the leader that is over. Nothing was written.</exception>
    public Task<T> WriteAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token) => Term.Current is not { } term
        ? TransactAsync(work, token)
        : TransactAsync(
            async s =>
            {
                await SqlTermStore.DemandAsync(s, ForShare, term);
                return await work(s);
            },
            token);

    /// <summary><see cref="WriteAsync"/>, whoever writes.</summary>
    protected abstract Task<T> TransactAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token);

    /// <summary>A read that sees everything as of one moment, while writers go on. It is never run again.</summary>
    public abstract Task<T> SnapshotAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token);

    /// <summary>A write to a database in whatever state: nobody looked at its schema and its key before.</summary>
    public abstract Task<T> RebuildAsync<T>(Func<SqlSession, Task<T>> work, CancellationToken token);

    public Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? args, CancellationToken token) =>
        ReadAsync(s => s.ListAsync<T>(sql, args), token);

    public Task<T?> FindAsync<T>(string sql, object? args, CancellationToken token) =>
        ReadAsync(s => s.FindAsync<T>(sql, args), token);

    public Task<int> ExecuteAsync(string sql, object? args, CancellationToken token) =>
        WriteAsync(s => s.ExecuteAsync(sql, args), token);

    /// <param name="rows">Which ones, and in which order; <c>@skip</c> of the arguments leaves out the first of them.</param>
    public async Task DeleteInBatchesAsync(string table, string rows, object args, CancellationToken token)
    {
        var sql = $"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {table} {rows} LIMIT {DeleteBatch} OFFSET @skip)";
        while (await ExecuteAsync(sql, args, token) == DeleteBatch)
            token.ThrowIfCancellationRequested();
    }
}

using Gantry.Store.Backups;

namespace Gantry.Store.Sql;

/// <summary>What an engine says of its tables, for who copies all of them without knowing what they mean.</summary>
internal abstract class SqlCatalog
{
    /// <summary>The schema's own history, which a restored database writes itself.</summary>
    protected const string History = "schema_migrations";

    /// <summary>The folder of its migrations.</summary>
    public abstract SqlMigrations Migrations { get; }

    public abstract string KeyPath { get; }

    /// <summary>False when there is not even an empty database.</summary>
    public abstract bool IsThere { get; }

    /// <summary>Other hosts use the database too.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Other processes that have the database open, as far as that can be told.</summary>
    public abstract IReadOnlyList<int> Users { get; }

    /// <summary>Where the database is, for people.</summary>
    public abstract string Address { get; }

    /// <returns>In the order in which they were made, so that a table comes after those it refers to.</returns>
    public abstract Task<IReadOnlyList<string>> TablesAsync(SqlSession session);

    public abstract Task<IReadOnlyList<RecordColumn>> ColumnsAsync(SqlSession session, string table);

    /// <summary>The last number that <c>seq</c> of a table ever had, deleted rows included; null where there is none.</summary>
    public abstract Task<long?> LastNumberAsync(SqlSession session, string table);

    /// <summary>New rows are numbered after that one.</summary>
    public abstract Task ContinueAsync(SqlSession session, string table, long last);

    public abstract Task InsertAsync(SqlSession session, RecordPage page);
}

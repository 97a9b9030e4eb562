namespace Gantry.Store.Postgres;

/// <summary>Where the records of a cluster are kept.</summary>
public sealed class PostgresStoreOptions
{
    /// <summary>
    /// Npgsql's: <c>Host=db.example;Database=gantry;Username=gantry;Password=…</c>. The database must exist, and its
    /// user must be allowed to make tables in it.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The file with the key that encrypts variables; the same on every host that runs control. A backup must hold it too.</summary>
    public string KeyPath { get; set; } = "/var/lib/gantry/gantry.key";

    /// <summary>Connections of this process at most. All processes together must stay below the server's <c>max_connections</c>.</summary>
    public int MaxConnections { get; set; } = 40;

    /// <summary>How long a write that meets others is tried again.</summary>
    public TimeSpan ConflictPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server that does not answer is asked again before the caller is told.</summary>
    public TimeSpan OutagePatience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long the server waits for a process in the middle of a write before it undoes it. Below the time to live of the leader's
    /// lease, so that whoever leads next finds no lock of a process that was paused.
    /// </summary>
    public TimeSpan TransactionPatience { get; set; } = TimeSpan.FromSeconds(5);
}

namespace Gantry.Store.Sqlite;

/// <summary>Where the records of a single machine are kept.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The database file; its directory is made if need be. A backup must hold this file and the key file.</summary>
    public string DatabasePath { get; set; } = "/var/lib/gantry/gantry.db";

    /// <summary>The file with the key that encrypts variables; null puts <c>gantry.key</c> beside the database.</summary>
    public string? KeyPath { get; set; }

    /// <summary>How long a write waits for another process that holds the database.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal string EffectiveKeyPath => Path.GetFullPath(KeyPath ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(DatabasePath))!, "gantry.key"));
}

using Npgsql;

namespace Gantry.Store.Postgres;

/// <summary>A connection string as people see it, without its password.</summary>
internal static class PostgresAddress
{
    public static bool IsWhole(string connectionString)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(connectionString);
            return !string.IsNullOrEmpty(parts.Host) && !string.IsNullOrEmpty(parts.Database);
        }
        catch (ArgumentException)
        {
            // Not a connection string at all: the caller's sentence says how one looks.
            return false;
        }
    }

    public static string Of(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }
}

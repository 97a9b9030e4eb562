using System.Reflection;
using Gantry.Store.Records;

namespace Gantry.Store.Sql;

/// <summary>One numbered step of the schema: <c>0001_records.sql</c>.</summary>
internal sealed record Migration(int Version, string Name, string Sql);

/// <summary>Brings a database to the schema of this program. What was applied is recorded with it.</summary>
internal sealed class SqlMigrations(IReadOnlyList<Migration> migrations)
{
    /// <summary>Those embedded under a folder, in order of their numbers.</summary>
    public static SqlMigrations Embedded(string folder)
    {
        var assembly = typeof(SqlMigrations).Assembly;
        var prefix = $"{assembly.GetName().Name}.{folder}.Migrations.";
        return new SqlMigrations([.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, name[prefix.Length..]))
            .OrderBy(m => m.Version)]);
    }

    /// <summary>Those that made the schema of an earlier program; null when this program does not know that schema.</summary>
    public SqlMigrations? UpTo(int version) =>
        migrations.Any(m => m.Version == version) ? new SqlMigrations([.. migrations.Where(m => m.Version <= version)]) : null;

    /// <summary>Runs inside a write: either all missing steps are applied or none.</summary>
    /// <returns>The steps that were missing.</returns>
    /// <exception cref="StoreException">The database was written by a newer program.</exception>
    public async Task<IReadOnlyList<Migration>> ApplyAsync(SqlSession session, DateTimeOffset now)
    {
        await session.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)");
        var current = await session.ScalarAsync<int?>("SELECT max(version) FROM schema_migrations") ?? 0;
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Version;
        if (current > newest)
            throw new StoreException(
                $"The database has schema version {current}, but this program only knows version {newest}: a newer Gantry has used it. Start that version or a later one, or restore a backup from before the upgrade.",
                isTransient: false);
        Migration[] missing = [.. migrations.Where(m => m.Version > current)];
        foreach (var migration in missing)
        {
            await session.ExecuteAsync(migration.Sql);
            await session.ExecuteAsync(
                "INSERT INTO schema_migrations (version, name, applied_at) VALUES (@Version, @Name, @Now)",
                new { migration.Version, migration.Name, Now = now.ToSql() });
        }

        return missing;
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(int.Parse(file[..4]), Path.GetFileNameWithoutExtension(file), reader.ReadToEnd());
    }
}

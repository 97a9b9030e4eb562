using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Gantry.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Engines.Tests.Postgres;

public sealed class PostgresSchemaTests(SharedPostgres postgres) : PostgresTest(postgres)
{
    private const string Applied = "SELECT string_agg(version || name || applied_at, ' ') FROM schema_migrations";

    [Fact]
    public async Task Migrations_AppliedAgain_DoNothing()
    {
        var before = await RawAsync(Applied);
        await RestartAsync();
        Assert.Single(await Apps.ListAllAsync(Token));
        Assert.Equal(before, await RawAsync(Applied));
    }

    [Fact]
    public async Task Database_OfANewerProgram_IsRefused()
    {
        await RawAsync("INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, '9999_future', 0)");
        Assert.Contains("a newer Gantry has used it", (await RefusedStartAsync()).Message);
    }

    [Fact]
    public async Task Database_ThatForgetsInAPowerCut_IsRefused()
    {
        await using var other = OtherProgram(o => o.ConnectionString += ";Options=-c synchronous_commit=off");
        var refused = await Assert.ThrowsAsync<StoreException>(() => other.PrepareAsync(Token));
        Assert.Contains("synchronous_commit = off", refused.Message);
    }

    [Fact]
    public async Task Programs_StartedTogetherOnAnEmptyDatabase_AgreeOnSchemaAndKey()
    {
        await RestartAsync();
        var schema = Path.GetFileName(Folder).ToLowerInvariant();
        await RawAsync($"DROP SCHEMA \"{schema}\" CASCADE; CREATE SCHEMA \"{schema}\"");
        File.Delete(KeyPath);
        var programs = Enumerable.Range(0, 6).Select(_ => OtherProgram()).ToList();
        await Task.WhenAll(programs.Select(p => Task.Run(() => p.PrepareAsync(Token))));
        programs.ForEach(p => p.Dispose());
        Assert.Equal(1L, await RawAsync("SELECT count(*) FROM sealing_keys"));
        await InitializeAsync();
        Assert.Single(await Apps.ListAllAsync(Token));
    }

    /// <summary>Fails when a migration was written for one engine and forgotten for the other.</summary>
    [Fact]
    public async Task Tables_OfBothEngines_HaveTheSameColumns()
    {
        using var folder = new TempDirectory();
        await using var services = new ServiceCollection().AddSqliteStore(o => o.DatabasePath = folder.Of("gantry.db")).BuildServiceProvider();
        var sqlite = await services.GetRequiredService<SqliteDatabase>().ListAsync<string>(
            """
            SELECT t.name || '.' || c.name || CASE WHEN c."notnull" OR c.pk THEN '' ELSE '?' END
            FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'
            """,
            null, Token);
        var postgres = await Database.ListAsync<string>(
            """
            SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'NO' THEN '' ELSE '?' END
            FROM information_schema.columns WHERE table_schema = current_schema()
            """,
            null, Token);

        Assert.Equal(sqlite.Order(StringComparer.Ordinal), postgres.Order(StringComparer.Ordinal));
    }

    /// <summary>A number that both have means the same, and the newest is the newest on both.</summary>
    [Fact]
    public async Task Migrations_OfBothEngines_EndAtTheSameNumber()
    {
        using var folder = new TempDirectory();
        await using var services = new ServiceCollection().AddSqliteStore(o => o.DatabasePath = folder.Of("gantry.db")).BuildServiceProvider();
        var newest = await services.GetRequiredService<SqliteDatabase>().ReadAsync(s => s.ScalarAsync<int>("SELECT max(version) FROM schema_migrations"), Token);

        Assert.Equal(newest, await RawAsync("SELECT max(version) FROM schema_migrations"));
    }

    [Fact]
    public async Task Names_Listed_AreInTheSameOrderAsOnSqlite()
    {
        foreach (var name in (string[])["b-apps", "a-apps", "b0-apps"])
            await Apps.AddAsync(Samples.App(name), Token);
        Assert.Equal(["a-apps", "b-apps", "b0-apps", "my-app-1"], (await Apps.ListAllAsync(Token)).Select(a => a.Name.Value));
    }
}

using Gantry.Store.Records;
using Gantry.Store.Sql;

namespace Gantry.Store.Tests.Sqlite;

public sealed class MigrationTests : SqliteTest
{
    private const string Applied = "SELECT group_concat(version || name || applied_at, ' ') FROM schema_migrations";

    [Fact]
    public async Task Migrations_AppliedAgain_DoNothing()
    {
        var before = Raw(Applied);
        await RestartAsync();
        Assert.Single(await Apps.ListAllAsync(Token));
        Assert.Equal(before, Raw(Applied));
        Assert.StartsWith("10001_records", (string)before!);
    }

    [Fact]
    public async Task Database_OfANewerProgram_IsRefused()
    {
        Raw("INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, '9999_future', 0)");
        Assert.Contains("a newer Gantry has used it", (await RefusedStartAsync()).Message);
    }

    [Fact]
    public async Task Migrations_OfWhichOneFails_AreAllUndone()
    {
        var migrations = new SqlMigrations([
            new Migration(9998, "9998_good", "CREATE TABLE good (id INTEGER) STRICT"),
            new Migration(9999, "9999_bad", "CREATE TABLE oops ("),
        ]);
        await Assert.ThrowsAnyAsync<Exception>(() => Database.WriteAsync(s => migrations.ApplyAsync(s, DateTimeOffset.UnixEpoch), Token));
        Assert.Equal(0L, Raw("SELECT count(*) FROM sqlite_schema WHERE name = 'good'"));
        Assert.Equal(0L, Raw("SELECT count(*) FROM schema_migrations WHERE version = 9998"));
    }

    [Fact]
    public async Task Database_ThatIsNoDatabase_IsRefusedWithASentence()
    {
        await RestartAsync();
        Array.ForEach(Directory.GetFiles(Folder, "gantry.db*"), File.Delete);
        await File.WriteAllTextAsync(DatabasePath, new string('x', 5000), Token);
        var refused = await Assert.ThrowsAsync<StoreException>(() => Apps.ListAllAsync(Token));
        Assert.Contains("restore", refused.Message);
    }

    [Fact]
    public async Task Programs_StartedTogetherOnOneDatabase_AgreeOnSchemaAndKey()
    {
        await RestartAsync();
        Array.ForEach(Directory.GetFiles(Folder), File.Delete);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var other = OtherProgram();
            await other.PrepareAsync(Token);
        })));
        Assert.Equal(1L, Raw("SELECT count(*) FROM sealing_keys"));
        await InitializeAsync();
        Assert.Single(await Apps.ListAllAsync(Token));
    }
}

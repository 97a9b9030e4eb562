using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Backups;
using Gantry.Store.Records;
using Gantry.Store.Sql;

namespace Gantry.Engines.Tests.Backups;

/// <summary>A backup that was never restored is none: these restore it, and compare all of it.</summary>
public sealed class BackupTests(SharedPostgres postgres) : IDisposable
{
    private readonly TempDirectory _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string BackupPath => _folder.Of("gantry.backup");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite", "sqlite")]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    [InlineData("postgres", "postgres")]
    public async Task Backup_RestoredElsewhere_HasEveryRowEveryBlobAndEveryKey(string from, string to)
    {
        await using var source = Place(from);
        await source.FillAsync();
        var before = await AllTables.DumpAsync(source.Database);
        Assert.All(before, t => Assert.True(t.Value.Count > 0, $"The table {t.Key} has no row in this test: add one."));
        Assert.True((await source.SaveAsync(BackupPath)).Value.IsWhole);

        await using var target = Place(to);
        var report = (await target.RestoreAsync(BackupPath)).Value;

        Assert.True(report.IsWhole, string.Join('\n', report.Remarks));
        await target.CloseAsync();
        var after = await AllTables.DumpAsync(target.Database);
        Assert.Equal(before.Keys, after.Keys);
        Assert.All(before, table => Assert.Equal(table.Value, after[table.Key]));
        Assert.All(report.Tables, t => Assert.Equal(before[t.Name].Count, t.Rows));
        Assert.Equal(4, report.Blobs);
        // All but the one that nothing refers to; each is read to its end, which compares it with its digest.
        Assert.Equal((await source.BlobsAsync()).Count - 1, (await target.BlobsAsync()).Count);
        foreach (var digest in await target.BlobsAsync())
            await (await target.Blobs.OpenAsync(digest, Token))!.CopyToAsync(Stream.Null, Token);
        Assert.Equal("s3cr3t", Assert.Single(await target.Port<IAppStore>().GetVariablesAsync(Samples.App().Id, Token)).Value);
        Assert.Equal("key of hosts", (await target.Port<IAuthorityStore>().FindAsync("hosts", Token))!.PrivateKey);
        foreach (var file in (string[])["gantry.key", "ssh/ssh_host_ed25519_key", "host-id"])
        {
            Assert.Equal(await File.ReadAllBytesAsync(source.Of(file), Token), await File.ReadAllBytesAsync(target.Of(file), Token));
            Assert.Equal(File.GetUnixFileMode(source.Of(file)), File.GetUnixFileMode(target.Of(file)));
        }
    }

    [Theory]
    [InlineData("sqlite", "postgres")]
    [InlineData("postgres", "sqlite")]
    public async Task Records_MadeAfterARestore_ComeAfterThoseThatWere(string from, string to)
    {
        await using var source = Place(from);
        await source.FillAsync();
        for (var i = 0; i < 5; i++)
            await source.Port<IEventStore>().AddAsync(Samples.Event($"ev-gone-{i}"), Token);
        await source.Database.ExecuteAsync("DELETE FROM events", null, Token);
        await source.SaveAsync(BackupPath);

        await using var target = Place(to);
        await target.RestoreAsync(BackupPath);
        await target.Port<IEventStore>().AddAsync(Samples.Event("ev-new"), Token);

        Assert.Equal(8, await target.Database.ReadAsync(s => s.ScalarAsync<long>("SELECT seq FROM events"), Token));
    }

    /// <summary>Each write makes two rows or none, and two writers make them while backups are taken.</summary>
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Backup_UnderConcurrentWrites_HasBothRowsOfAWriteOrNeither(string engine)
    {
        await using var source = Place(engine);
        await source.FillAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var written = 0;
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await WritePairAsync(source.Database, $"pair-{w}-{i}");
                Interlocked.Increment(ref written);
            }
        })).ToList();
        for (var round = 0; round < 5; round++)
        {
            var (before, file) = (Volatile.Read(ref written), $"{BackupPath}.{round}");
            await Until.TrueAsync(() => Volatile.Read(ref written) > before + 20, "the writers stand still");
            Assert.True((await source.SaveAsync(file)).IsSuccess);
            await using var target = Place("sqlite");
            Assert.True((await target.RestoreAsync(file)).IsSuccess);

            var (users, events) = (
                await target.Database.ListAsync<string>("SELECT username FROM users WHERE username LIKE 'pair-%' ORDER BY username", null, Token),
                await target.Database.ListAsync<string>("SELECT username FROM events WHERE username LIKE 'pair-%' ORDER BY username", null, Token));
            Assert.NotEmpty(users);
            Assert.Equal(users, events);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Backup_OfAnEarlierSchema_IsBroughtUpToDateWhereItIsRestored()
    {
        await using var target = Place("sqlite");
        var key = new byte[32];
        RecordPage[] pages =
        [
            new("hosts", [.. ((string[])["id", "name", "class", "zone", "labels", "capacity"]).Select(n => new RecordColumn(n, ColumnKind.Text)), new("cordoned", ColumnKind.Integer), new("registered_at", ColumnKind.Integer)],
                null, [["host-1", "box", "", "", "{}", "{}", 0L, 5L]]),
        ];

        await target.Port<SqlArchive>().RestoreAsync(30, key, () => pages.ToAsyncEnumerable(), () => { }, Token);

        Assert.Equal("host-1", Assert.Single(await target.Port<IHostStore>().ListAsync(Token)).Id.Value);
        Assert.Empty(await target.Database.ListAsync<string>("SELECT name FROM authorities", null, Token));
    }

    [Fact]
    public async Task Backup_WithoutStacks_SaysSoAndHasTheRest()
    {
        await using var source = Place("sqlite");
        await source.FillAsync();
        var saved = (await source.SaveAsync(BackupPath, BackupScope.NoStacks)).Value;
        Assert.Equal(2, saved.Blobs);
        Assert.Contains("2 roots of stacks were left out", Assert.Single(saved.Remarks));

        await using var target = Place("sqlite");
        var restored = (await target.RestoreAsync(BackupPath)).Value;
        Assert.False(restored.IsWhole);
        Assert.Equal(2, restored.Remarks.Count(r => r.Contains("neither in the backup nor in the blob store", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Backup_OfADamagedOrMissingBlob_NamesItAndHasTheRest(bool missing)
    {
        await using var source = Place("sqlite");
        await source.FillAsync();
        var digest = new Digest((await source.Database.FindAsync<string>("SELECT layer_digest FROM images", null, Token))!);
        var path = source.Of("blobs", "sha256", digest.Hex[..2], digest.Hex[2..4], digest.Hex);
        if (missing)
            File.Delete(path);
        else
            await File.WriteAllBytesAsync(path, new byte[100_001], Token);

        var saved = (await source.SaveAsync(BackupPath)).Value;
        Assert.False(saved.IsWhole);
        Assert.Contains(digest.Value, Assert.Single(saved.Remarks));
        await using var target = Place("sqlite");
        var restored = (await target.RestoreAsync(BackupPath)).Value;
        Assert.Equal(3, restored.Blobs);
        Assert.Contains(digest.Value, Assert.Single(restored.Remarks));
    }

    [Fact]
    public async Task Backup_OnTheDisk_ShowsNoSecretAndIsItsOwnersOnly()
    {
        await using var source = Place("sqlite");
        await source.FillAsync();
        await source.SaveAsync(BackupPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BackupPath));
        var all = new MemoryStream();
        await foreach (var entry in new ArchiveReader(BackupPath).ReadAsync(Token))
            await entry.DataStream!.CopyToAsync(all, Token);
        var key = await File.ReadAllBytesAsync(source.Of("gantry.key"), Token);
        foreach (var secret in (byte[][])[key, "private key of the host"u8.ToArray(), "s3cr3t"u8.ToArray(), "key of hosts"u8.ToArray(), "pw-of-the-database"u8.ToArray(), System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key))])
            Assert.True(all.ToArray().AsSpan().IndexOf(secret) < 0);
        Assert.Equal(
            await File.ReadAllBytesAsync(source.Of("gantry.json"), Token),
            (await BackupFiles.ReadConfigurationAsync(BackupPath, BackupPlace.Passphrase, Token)).Value);
    }

    private static Task<int> WritePairAsync(SqlDatabase database, string name) => database.WriteAsync(
        async s =>
        {
            await s.ExecuteAsync(
                "INSERT INTO users (id, username, email, is_operator, created_at) VALUES (@name, @name, @name, @no, 1)", new { name, no = false });
            return await s.ExecuteAsync(
                "INSERT INTO events (id, created_at, type, username, app_name, data_json) VALUES (@name, 1, 'pair', @name, '', '{}')", new { name });
        },
        Token);

    private BackupPlace Place(string engine) => new(engine == "postgres" ? postgres.Server : null);
}

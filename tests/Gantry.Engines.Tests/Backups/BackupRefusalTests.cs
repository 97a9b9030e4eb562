using System.Formats.Tar;
using System.Text;
using Gantry.Conformance;
using Gantry.Conformance.Records;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Backups;
using Gantry.Store.Records;
using ZstdSharp;

namespace Gantry.Engines.Tests.Backups;

/// <summary>What a restore meets that it must not use, each in a sentence and with nothing changed.</summary>
public sealed class BackupRefusalTests(SharedPostgres postgres) : IAsyncLifetime
{
    private readonly TempDirectory _folder = new();
    private readonly BackupPlace _source = new(null);
    private readonly BackupPlace _target = new(null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string BackupPath => _folder.Of("gantry.backup");

    public async ValueTask InitializeAsync()
    {
        await _source.FillAsync();
        Assert.True((await _source.SaveAsync(BackupPath)).IsSuccess);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Restore_WithAnotherPassphrase_IsRefused() =>
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath, passphrase: "incorrect horse battery"), "is not the one");

    [Fact]
    public async Task Restore_OfAFileThatIsNotThere_IsRefused() =>
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath + "x"), "There is no backup");

    [Fact]
    public async Task Restore_OfAnotherKindOfFile_IsRefused()
    {
        await File.WriteAllTextAsync(BackupPath, "hello", Token);
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath), "is damaged");
    }

    /// <summary>Anywhere: a head, a record, a blob, the list at its end, the checksum behind that.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    [InlineData(0.999)]
    [InlineData(1.0)]
    public async Task Restore_OfAFileWithOneBitFlipped_IsRefused(double where)
    {
        var content = await File.ReadAllBytesAsync(BackupPath, Token);
        Flip(content, (int)(where * (content.Length - 1)));
        await File.WriteAllBytesAsync(BackupPath, content, Token);
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath), "Nothing was changed");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.6)]
    [InlineData(0.9999)]
    public async Task Restore_OfAFileCutOff_IsRefused(double where)
    {
        await using (var file = new FileStream(BackupPath, FileMode.Open))
            file.SetLength((long)(where * file.Length));
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath), "ends too early");
    }

    [Fact]
    public async Task Restore_OfANewerFormat_IsRefused()
    {
        await RewriteAsync((name, content) => name == BackupHead.Entry ? Encoding.UTF8.GetBytes("""{"Format":2,"Other":true}""") : content);
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath), "a newer Gantry made it");
    }

    /// <summary>Whole by all checksums, but not by who knows the passphrase.</summary>
    [Fact]
    public async Task Restore_OfABackupThatSomebodyChanged_IsRefused()
    {
        await RewriteAsync((name, content) => name.EndsWith("-users.jsonl", StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("hash-of-alice", "hash-of-mallory", StringComparison.Ordinal))
            : content);
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath), "is not what was saved");
    }

    [Fact]
    public async Task Restore_OfNewerRecords_IsRefused()
    {
        await _source.Database.ExecuteAsync("INSERT INTO schema_migrations (version, name, applied_at) VALUES (9999, '9999_future', 0)", null, Token);
        await _source.SaveAsync(BackupPath + "2");
        await IsRefusedAsync(() => _target.RestoreAsync(BackupPath + "2"), "schema version 9999");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Restore_OntoRecords_IsRefusedUntilItIsTold(string engine)
    {
        await using var target = new BackupPlace(engine == "postgres" ? postgres.Server : null);
        await target.Port<IAccountStore>().AddUserAsync(Samples.User("carol"), null, Token);
        await target.CloseAsync();

        Assert.Contains("holds records already (table users)", (await target.RestoreAsync(BackupPath)).Refusal!.Message);
        Assert.NotNull(await target.Port<IAccountStore>().FindUserAsync(Samples.User("carol").Id, Token));
        await target.CloseAsync();

        Assert.True((await target.RestoreAsync(BackupPath, replace: true)).IsSuccess);
        await target.CloseAsync();
        Assert.Null(await target.Port<IAccountStore>().FindUserAsync(Samples.User("carol").Id, Token));
        Assert.NotNull(await target.Port<IAccountStore>().FindUserAsync(Samples.User("alice").Id, Token));
    }

    /// <summary>As when the power goes after the keys are in place and before the records are.</summary>
    [Fact]
    public async Task Restore_ThatDidNotEnd_KeepsThePlatformFromStartingUntilItWasRunAgain()
    {
        Directory.CreateDirectory(_target.Of("host-id", "in-its-way"));
        await Assert.ThrowsAnyAsync<Exception>(() => _target.RestoreAsync(BackupPath));
        Assert.Contains("did not end", BackupFiles.RefuseUnfinished(_target.Folder));
        Directory.Delete(_target.Of("host-id"), recursive: true);

        Assert.True((await _target.RestoreAsync(BackupPath)).IsSuccess);

        Assert.Null(BackupFiles.RefuseUnfinished(_target.Folder));
        await _target.CloseAsync();
        Assert.Equal((await AllTables.DumpAsync(_source.Database)).Values, (await AllTables.DumpAsync(_target.Database)).Values);
    }

    [Fact]
    public async Task Restore_WhoseBlobsDoNotFit_ChangesNoRecord()
    {
        using var disk = new SmallDisk(200);
        Directory.CreateSymbolicLink(_target.Of("blobs"), disk.Path);
        Assert.Contains("is full", (await Assert.ThrowsAsync<IOException>(() => _target.RestoreAsync(BackupPath))).Message);
        Assert.Null(BackupFiles.RefuseUnfinished(_target.Folder));
        Assert.False(File.Exists(_target.Of("gantry.key")));
        Assert.False(File.Exists(_target.Of("host-id")));
        await _target.CloseAsync();
    }

    [Fact]
    public async Task Backup_OntoAFileThatExists_IsRefused() =>
        Assert.Contains("never overwrites", (await _source.SaveAsync(BackupPath)).Refusal!.Message);

    [Fact]
    public async Task Backup_WithAShortPassphrase_IsRefused() =>
        Assert.Equal("passphrase", (await _source.Backup.SaveAsync(BackupPath + "2", "short", BackupScope.Everything, Token)).Refusal!.Field);

    [Fact]
    public async Task Backup_OfNothing_IsRefusedAndMakesNothing()
    {
        Assert.Contains("There is no database", (await _target.SaveAsync(BackupPath + "2")).Refusal!.Message);
        Assert.False(File.Exists(_target.Of("gantry.db")));
    }

    [Fact]
    public async Task Backup_ThatFails_LeavesNoFile()
    {
        using var disk = new SmallDisk(100);
        await Assert.ThrowsAsync<IOException>(() => _source.SaveAsync(Path.Combine(disk.Path, "b")));
        Assert.Empty(Directory.GetFiles(disk.Path));
    }

    /// <summary>One bit, there or soon after: some bits of a compressed file say nothing, and with them flipped it is the same backup.</summary>
    private static void Flip(byte[] content, int at)
    {
        var before = Text(content);
        for (content[at] ^= 4; Text(content) is { } same && same.AsSpan().SequenceEqual(before); content[++at] ^= 4)
            content[at] ^= 4;
    }

    private static byte[]? Text(byte[] content)
    {
        try
        {
            using var zstd = new DecompressionStream(new MemoryStream(content));
            using var text = new MemoryStream();
            zstd.CopyTo(text);
            return text.ToArray();
        }
        catch (Exception e) when (e is ZstdException or EndOfStreamException)
        {
            return null;
        }
    }

    private async Task IsRefusedAsync(Func<Task<Outcome<BackupReport>>> restore, string why)
    {
        Assert.Contains(why, (await restore()).Refusal!.Message);
        Assert.False(File.Exists(_target.Of("gantry.db")));
        Assert.False(File.Exists(_target.Of("gantry.key")));
        Assert.False(File.Exists(_target.Of("host-id")));
        Assert.Empty(await _target.BlobsAsync());
    }

    /// <summary>Makes the archive again with other contents, so that all that zstd and tar check is right.</summary>
    private async Task RewriteAsync(Func<string, byte[], byte[]> change)
    {
        var archive = new ArchiveReader(BackupPath);
        var entries = new List<(string Name, byte[] Content)>();
        await foreach (TarEntry entry in archive.ReadAsync(Token))
            entries.Add((entry.Name, change(entry.Name, await archive.WholeAsync(entry, Token))));
        File.Delete(BackupPath);
        await using var writer = new ArchiveWriter(BackupPath, Samples.Now);
        foreach (var (name, content) in entries)
            await writer.AddAsync(name, content, Token);
        await writer.PublishAsync();
    }
}

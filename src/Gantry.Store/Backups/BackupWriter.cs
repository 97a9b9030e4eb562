using System.Globalization;
using System.Security.Cryptography;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Gantry.Store.Sql;

namespace Gantry.Store.Backups;

/// <summary>Saves: records as of one moment, then the blobs that they refer to. What runs goes on meanwhile.</summary>
internal sealed class BackupWriter(SqlArchive records, IBlobStore blobs, SmallFiles files, TimeProvider time)
{
    public async Task<Outcome<BackupReport>> RunAsync(string path, string passphrase, BackupScope scope, CancellationToken token)
    {
        if (passphrase.Length < BackupSeal.MinPassphrase)
            return Refusal.Invalid("passphrase", $"is too short ({passphrase.Length} characters, at least {BackupSeal.MinPassphrase} are needed): it protects the key of all variables. 'openssl rand -base64 24' makes a good one.");
        if (File.Exists(path))
            return Refusal.Conflict($"{path} exists, and a backup never overwrites a file. Name another one.");
        if (records.RefuseSource() is { } nothing)
            return nothing;
        var head = new BackupHead(BackupHead.CurrentFormat, Guid.NewGuid().ToString("N"), time.GetUtcNow(), RandomNumberGenerator.GetBytes(32), BackupSeal.UsualRounds);
        await using var archive = new ArchiveWriter(path, head.MadeAt);
        var report = await WriteAsync(archive, head, new BackupSeal(head, passphrase), scope, token);
        await archive.PublishAsync();
        return report;
    }

    private async Task<BackupReport> WriteAsync(ArchiveWriter archive, BackupHead head, BackupSeal seal, BackupScope scope, CancellationToken token)
    {
        await archive.AddJsonAsync(BackupHead.Entry, head, token);
        var pages = 0;
        // The key is read after the database was looked at, which proves that they belong together.
        var saved = await records.SaveAsync(
            page => archive.AddAsync(string.Create(CultureInfo.InvariantCulture, $"records/{++pages:000000}-{page.Table}.jsonl"), RecordJson.Write(page), token), token);
        await archive.AddAsync(BackupSecrets.Entry, seal.SealSecrets(new BackupSecrets(records.ReadKey(), files.ReadConfiguration(), files.Read())), token);
        var copy = new BlobCopy(archive, blobs);
        foreach (var digest in saved.Blobs.Where(d => scope == BackupScope.Everything || (scope == BackupScope.NoStacks && !saved.Stacks.Contains(d))))
            await copy.AddAsync(digest, token);
        var manifest = new BackupManifest(
            saved.Schema, saved.Tables, scope, [.. copy.Unusable.Select(d => d.Value)], await MissingAsync(copy.Unusable, token), [.. archive.Entries]);
        await archive.AddAsync(BackupManifest.SealEntry, seal.OfManifest(await archive.AddJsonAsync(BackupManifest.Entry, manifest, token)), token);
        return new BackupReport(
            head.MadeAt, saved.Tables, copy.Count, copy.Bytes, BackupRemarks.OfSaved(manifest, saved.Blobs.Count - copy.Count - copy.Unusable.Count), manifest.Missing.Count == 0);
    }

    /// <summary>What was collected while the backup was made is no loss: nothing needs it any more.</summary>
    private async Task<IReadOnlyList<string>> MissingAsync(List<Digest> unusable, CancellationToken token)
    {
        if (unusable.Count == 0)
            return [];
        var needed = await records.ReferencedAsync(token);
        return [.. unusable.Where(needed.Contains).Select(d => d.Value)];
    }
}

using System.Runtime.CompilerServices;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Gantry.Store.Sql;

namespace Gantry.Store.Backups;

/// <summary>
/// Makes a platform from a backup. First it reads all of it; then come the blobs, which harm nobody when the rest does
/// not follow; then records, key and files, with a mark around them that only the end removes.
/// </summary>
internal sealed class BackupRestorer(SqlArchive records, IBlobStore blobs, SmallFiles files)
{
    public async Task<Outcome<BackupReport>> RunAsync(string path, string passphrase, bool replace, CancellationToken token)
    {
        if (!File.Exists(path))
            return Refusal.NotFound("from", $"There is no backup {path}.");
        var archive = new ArchiveReader(path);
        try
        {
            var check = await new BackupCheck(archive).RunAsync(passphrase, token);
            if (check.Refusal is { } noBackup)
                return noBackup;
            var backup = check.Value;
            var refusal = records.RefuseSchema(backup.Manifest.Schema)
                ?? await records.RefuseTargetAsync(replace || files.IsMarkedBy(backup.Head.Id), token);
            return refusal is not null ? refusal : await RestoreAsync(archive, backup, token);
        }
        catch (BackupDamagedException e)
        {
            return Refusal.Invalid("from", e.Message);
        }
    }

    private async Task<Outcome<BackupReport>> RestoreAsync(ArchiveReader archive, CheckedBackup backup, CancellationToken token)
    {
        var (count, bytes) = await RestoreBlobsAsync(archive, backup.Manifest, token);
        await records.RestoreAsync(
            backup.Manifest.Schema, backup.Secrets.Key, () => PagesAsync(archive, token),
            () =>
            {
                files.PutMark(backup.Head.Id);
                files.Restore(backup.Secrets.Files);
            },
            token);
        files.RemoveMark();
        var missing = await MissingAsync(token);
        return new BackupReport(
            backup.Head.MadeAt, backup.Manifest.Tables, count, bytes, BackupRemarks.OfRestored(missing, records.KeyPath, records.IsShared), missing.Count == 0);
    }

    private async Task<(int Count, long Bytes)> RestoreBlobsAsync(ArchiveReader archive, BackupManifest manifest, CancellationToken token)
    {
        var (count, bytes, unusable) = (0, 0L, manifest.Unusable.ToHashSet());
        await foreach (var entry in archive.ReadAsync(token))
        {
            if (BlobCopy.DigestOf(entry.Name) is not { } digest || unusable.Contains(digest.Value))
                continue;
            Outcome<BlobInfo> put = default;
            await archive.ReadAsync(entry, async content => put = await blobs.PutAsync(content, long.MaxValue, token));
            if (put.Value.Digest != digest)
                throw archive.Damaged($"the blob {digest} has other content now than when it was checked", null);
            (count, bytes) = (count + 1, bytes + put.Value.Size);
        }

        return (count, bytes);
    }

    private static async IAsyncEnumerable<RecordPage> PagesAsync(ArchiveReader archive, [EnumeratorCancellation] CancellationToken token)
    {
        await foreach (var entry in archive.ReadAsync(token))
            if (entry.Name.StartsWith("records/", StringComparison.Ordinal))
                yield return RecordJson.Read(await archive.WholeAsync(entry, token));
    }

    private async Task<IReadOnlyCollection<string>> MissingAsync(CancellationToken token)
    {
        var missing = new List<string>();
        foreach (var digest in await records.ReferencedAsync(token))
            if (!await blobs.ExistsAsync(digest, token))
                missing.Add(digest.Value);
        return missing;
    }
}

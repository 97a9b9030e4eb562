using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Gantry.Domain;

namespace Gantry.Store.Backups;

/// <summary>Reads a whole backup and compares each byte with what its seal says, before anybody uses it.</summary>
internal sealed class BackupCheck(ArchiveReader archive)
{
    private readonly List<BackupEntry> _found = [];
    private BackupHead? _head;
    private BackupSeal? _seal;
    private BackupSecrets? _secrets;
    private byte[]? _manifest;
    private byte[]? _manifestSeal;

    /// <returns>What is in it; or a refusal: no backup, of a newer program, or another passphrase.</returns>
    /// <exception cref="BackupDamagedException">It is not as it was written.</exception>
    public async Task<Outcome<CheckedBackup>> RunAsync(string passphrase, CancellationToken token)
    {
        await foreach (var entry in archive.ReadAsync(token))
            if (await TakeAsync(entry, passphrase, token) is { } refusal)
                return refusal;
        if (_head is null || _seal is null || _secrets is null || _manifest is null || _manifestSeal is null)
            throw archive.Damaged("", new EndOfStreamException());
        if (!CryptographicOperations.FixedTimeEquals(_seal.OfManifest(_manifest), _manifestSeal))
            throw archive.Damaged("its list of contents was changed after it was made", null);
        var manifest = Parse<BackupManifest>(BackupManifest.Entry, _manifest);
        return Difference(manifest) is { } name
            ? throw archive.Damaged($"the entry {name} is not what was saved", null)
            : new CheckedBackup(_head, manifest, _secrets);
    }

    private async Task<Refusal?> TakeAsync(TarEntry entry, string passphrase, CancellationToken token)
    {
        if (_head is null)
            return await TakeHeadAsync(entry, passphrase, token);
        switch (entry.Name)
        {
            case BackupManifest.Entry:
                _manifest = await archive.WholeAsync(entry, token);
                return null;
            case BackupManifest.SealEntry:
                _manifestSeal = await archive.WholeAsync(entry, token);
                return null;
            case BackupSecrets.Entry:
                var box = await archive.WholeAsync(entry, token);
                Note(entry, SHA256.HashData(box));
                _secrets = _seal!.OpenSecrets(box);
                return _secrets is not null ? null : Refusal.Invalid("passphrase", $"is not the one that {archive.Path} was sealed with, or its sealed part is damaged. Nothing was changed. Give the passphrase of the day when it was made.");
            default:
                await archive.ReadAsync(entry, async content => Note(entry, await SHA256.HashDataAsync(content, token)));
                return null;
        }
    }

    private async Task<Refusal?> TakeHeadAsync(TarEntry entry, string passphrase, CancellationToken token)
    {
        if (entry.Name != BackupHead.Entry)
            return Refusal.Invalid("from", $"{archive.Path} is not a backup of Gantry: it begins with {entry.Name}. Name a file that 'gantryd backup' made.");
        var content = await archive.WholeAsync(entry, token);
        // The number alone first: nobody knows what else a newer one has.
        if (Parse<FormatOnly>(entry.Name, content).Format is var format and not BackupHead.CurrentFormat)
            return Refusal.Invalid("from", $"{archive.Path} has format {format}, and this program reads format {BackupHead.CurrentFormat}: a newer Gantry made it. Restore it with that version or a later one.");
        _head = Parse<BackupHead>(entry.Name, content);
        Note(entry, SHA256.HashData(content));
        try
        {
            _seal = new BackupSeal(_head, passphrase);
        }
        catch (InvalidDataException e)
        {
            throw archive.Damaged($"the entry {entry.Name} can't be read", e);
        }

        return null;
    }

    private void Note(TarEntry entry, byte[] hash) => _found.Add(new BackupEntry(entry.Name, entry.Length, Convert.ToHexStringLower(hash)));

    private string? Difference(BackupManifest manifest)
    {
        for (var i = 0; i < Math.Max(manifest.Entries.Count, _found.Count); i++)
            if (manifest.Entries.ElementAtOrDefault(i) is var saved && _found.ElementAtOrDefault(i) is var found && saved != found)
                return (saved ?? found)!.Name;
        return null;
    }

    private T Parse<T>(string entry, byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(content) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw archive.Damaged($"the entry {entry} can't be read", e);
        }
    }

    private sealed record FormatOnly(int Format);
}

/// <summary>A backup that is as it was made.</summary>
internal sealed record CheckedBackup(BackupHead Head, BackupManifest Manifest, BackupSecrets Secrets);

using Gantry.Store.Records;

namespace Gantry.Store.Backups;

/// <summary>The first entry of a backup: what one must know to read the rest.</summary>
/// <param name="Format">Of this file. A program reads its own and earlier ones.</param>
/// <param name="Id">Tells this backup from all others.</param>
/// <param name="Rounds">Of the derivation of the key from the passphrase.</param>
internal sealed record BackupHead(int Format, string Id, DateTimeOffset MadeAt, byte[] Salt, int Rounds)
{
    public const int CurrentFormat = 1;
    public const string Entry = "gantry-backup.json";
}

/// <summary>The last entry but its seal: what the whole must consist of.</summary>
/// <param name="Schema">The last migration of the records.</param>
/// <param name="Scope">Which blobs are in it.</param>
/// <param name="Unusable">Blobs that were not to be had, or damaged: an entry of theirs is passed over.</param>
/// <param name="Missing">Those of them that records still referred to when the backup was finished.</param>
internal sealed record BackupManifest(
    int Schema, IReadOnlyList<TransferredTable> Tables, BackupScope Scope, IReadOnlyList<string> Unusable, IReadOnlyList<string> Missing,
    IReadOnlyList<BackupEntry> Entries)
{
    public const string Entry = "manifest.json";
    public const string SealEntry = "manifest.seal";
}

/// <summary>One entry. Size in bytes.</summary>
internal sealed record BackupEntry(string Name, long Size, string Sha256);

/// <summary>What nobody may read without the passphrase.</summary>
/// <param name="Key">The key that seals values in the records.</param>
/// <param name="Configuration">The configuration file, if there was one.</param>
internal sealed record BackupSecrets(byte[] Key, byte[]? Configuration, IReadOnlyList<SmallFile> Files)
{
    public const string Entry = "secrets.sealed";

    /// <summary>Says nothing of what is in it.</summary>
    public override string ToString() => "secrets of a backup";
}

/// <summary>A file below the data folder, with its mode as the file system has it.</summary>
internal sealed record SmallFile(string Path, int Mode, byte[] Content);

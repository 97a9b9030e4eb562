using Gantry.Domain;
using Gantry.Store.Records;

namespace Gantry.Store.Backups;

/// <summary>Saves the whole control plane to one file while it runs, and makes it again from such a file.</summary>
public interface IPlatformBackup
{
    /// <summary>Everything as of one moment. The file appears when it is whole and durable, or not at all.</summary>
    /// <returns>What was saved; or a refusal: the file exists, or the passphrase is too short.</returns>
    Task<Outcome<BackupReport>> SaveAsync(string file, string passphrase, BackupScope scope, CancellationToken token);

    /// <summary>
    /// Looks at every checksum before it changes anything. Killed midway it leaves a mark with which nothing starts until
    /// it was run again to its end.
    /// </summary>
    /// <param name="replace">Records that are there are lost; otherwise they are a refusal.</param>
    /// <returns>What was restored; or a refusal: the file is no backup, damaged, cut off, of a newer program or sealed with another passphrase; or the target is in use or not empty.</returns>
    Task<Outcome<BackupReport>> RestoreAsync(string file, string passphrase, bool replace, CancellationToken token);
}

/// <summary>Which blobs a backup holds.</summary>
public enum BackupScope
{
    /// <summary>All that records refer to.</summary>
    Everything,
    /// <summary>All but the roots of stacks, which are large and can be imported again.</summary>
    NoStacks,
    /// <summary>None: the blob store has copies of its own.</summary>
    NoBlobs,
}

/// <summary>What a backup holds.</summary>
/// <param name="Remarks">What an operator should know or do, in sentences.</param>
/// <param name="IsWhole">False when something that records refer to is missing.</param>
public sealed record BackupReport(
    DateTimeOffset MadeAt, IReadOnlyList<TransferredTable> Tables, int Blobs, long BlobBytes, IReadOnlyList<string> Remarks, bool IsWhole);

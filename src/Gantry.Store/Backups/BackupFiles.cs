using Gantry.Domain;

namespace Gantry.Store.Backups;

/// <summary>What can be asked of a backup, or of a data folder, before there is a platform.</summary>
public static class BackupFiles
{
    /// <summary>The configuration file that was saved; null when there was none. Checks the whole backup.</summary>
    public static async Task<Outcome<byte[]?>> ReadConfigurationAsync(string file, string passphrase, CancellationToken token)
    {
        if (!File.Exists(file))
            return Refusal.NotFound("from", $"There is no backup {file}.");
        try
        {
            var check = await new BackupCheck(new ArchiveReader(Path.GetFullPath(file))).RunAsync(passphrase, token);
            return check.Refusal is { } refusal ? refusal : check.Value.Secrets.Configuration;
        }
        catch (BackupDamagedException e)
        {
            return Refusal.Invalid("from", e.Message);
        }
    }

    /// <summary>A sentence when a restore into that folder did not end, so that nothing must start on it.</summary>
    public static string? RefuseUnfinished(string dataDirectory) => !File.Exists(SmallFiles.MarkIn(dataDirectory)) ? null
        : $"A restore into {dataDirectory} did not end, so keys and records may not belong together. Run the same 'gantryd restore' again: it goes on by itself.";
}

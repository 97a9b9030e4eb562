using Gantry.Domain;

namespace Gantry.Store.Backups;

internal sealed class PlatformBackup(BackupWriter writer, BackupRestorer restorer) : IPlatformBackup
{
    public Task<Outcome<BackupReport>> SaveAsync(string file, string passphrase, BackupScope scope, CancellationToken token) =>
        writer.RunAsync(Path.GetFullPath(file), passphrase, scope, token);

    public Task<Outcome<BackupReport>> RestoreAsync(string file, string passphrase, bool replace, CancellationToken token) =>
        restorer.RunAsync(Path.GetFullPath(file), passphrase, replace, token);
}

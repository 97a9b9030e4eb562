using System.CommandLine;
using Gantry.Server.Configuration;
using Gantry.Store.Backups;

namespace Gantry.Server.Commands;

/// <summary>Makes the control plane anew from a backup, on the engines that the configuration names.</summary>
internal static class RestoreCommand
{
    public static Command Create(Option<FileInfo?> config)
    {
        var from = new Option<FileInfo>("--from") { Required = true, Description = "The backup", HelpName = "FILE" };
        var passphrase = Passphrase.Option();
        var replace = new Option<bool>("--replace") { Description = "Lose the records that are there" };
        var command = new Command("restore", "Restores a backup into an empty data folder or database; the daemon must not run") { from, passphrase, replace };
        command.SetAction(async (parse, token) =>
        {
            var (file, secret) = (parse.GetValue(from)!, parse.GetValue(passphrase)!);
            // The configuration says where everything goes, so it must be there before anything else.
            if (!await HasConfigurationAsync(parse.GetValue(config), file, secret, token).ConfigureAwait(false))
                return 1;
            return await OfflineHost.RunAsync(
                parse.GetValue(config),
                (services, configuration) => services.AddBackup(configuration, parse.GetValue(config)),
                services => RestoreAsync(services, file, secret, parse.GetValue(replace), token),
                token, openRecords: false).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<bool> HasConfigurationAsync(FileInfo? config, FileInfo from, FileInfo passphrase, CancellationToken token)
    {
        var path = config?.FullName ?? ConfigurationFile.DefaultPath;
        if (File.Exists(path))
            return true;
        try
        {
            var saved = await BackupFiles.ReadConfigurationAsync(from.FullName, await Passphrase.ReadAsync(passphrase, token).ConfigureAwait(false), token).ConfigureAwait(false);
            if (saved.Refusal is { } refusal)
                return await FailAsync($"Nothing was restored: {refusal}").ConfigureAwait(false);
            if (saved.Value is { } content)
                await PutAsync(path, content, token).ConfigureAwait(false);
            return saved.Value is not null || config is null
                || await FailAsync($"gantryd: There is no configuration {path}, and none in the backup. Write one that names at least Gantry:DataDirectory.").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync($"gantryd: {e.Message}").ConfigureAwait(false);
        }
    }

    private static async Task PutAsync(string path, byte[] content, CancellationToken token)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await using (file.ConfigureAwait(false))
            await file.WriteAsync(content, token).ConfigureAwait(false);
        await Console.Error.WriteLineAsync($"There was no configuration {path}: it comes from the backup.").ConfigureAwait(false);
    }

    private static async Task<bool> FailAsync(string why)
    {
        await Console.Error.WriteLineAsync(why).ConfigureAwait(false);
        return false;
    }

    private static async Task<int> RestoreAsync(IServiceProvider services, FileInfo file, FileInfo passphrase, bool replace, CancellationToken token)
    {
        var outcome = await services.GetRequiredService<IPlatformBackup>()
            .RestoreAsync(file.FullName, await Passphrase.ReadAsync(passphrase, token).ConfigureAwait(false), replace, token).ConfigureAwait(false);
        if (outcome.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"Nothing was restored: {refusal}").ConfigureAwait(false);
            return 1;
        }

        BackupText.Print(outcome.Value);
        await Console.Error.WriteLineAsync($"Restored as of {outcome.Value.MadeAt:u}. Start Gantry; apps are started again as their containers are found to be gone.").ConfigureAwait(false);
        return 0;
    }
}

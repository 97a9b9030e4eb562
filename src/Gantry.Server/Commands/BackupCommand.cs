using System.CommandLine;
using Gantry.Store.Backups;

namespace Gantry.Server.Commands;

/// <summary>Saves the whole control plane to one file, while the daemon runs.</summary>
internal static class BackupCommand
{
    /// <summary>Ended, but something that records refer to could not be saved.</summary>
    private const int NotWhole = 3;

    public static Command Create(Option<FileInfo?> config)
    {
        var to = new Option<FileInfo>("--to") { Required = true, Description = "The file to make; it must not exist", HelpName = "FILE" };
        var passphrase = Passphrase.Option();
        var leaveOut = new Option<string?>("--leave-out") { Description = "What not to save: stacks (they can be imported again) or blobs (the blob store has copies of its own)" };
        leaveOut.AcceptOnlyFromAmong("stacks", "blobs");
        var command = new Command("backup", "Saves records, keys, configuration and blobs to one file; the daemon may run") { to, passphrase, leaveOut };
        command.SetAction((parse, token) => OfflineHost.RunAsync(
            parse.GetValue(config),
            (services, configuration) => services.AddBackup(configuration, parse.GetValue(config)),
            services => SaveAsync(services, parse.GetValue(to)!, parse.GetValue(passphrase)!, Scope(parse.GetValue(leaveOut)), token),
            token, openRecords: false));
        return command;
    }

    private static BackupScope Scope(string? leaveOut) => leaveOut switch
    {
        "stacks" => BackupScope.NoStacks,
        "blobs" => BackupScope.NoBlobs,
        _ => BackupScope.Everything,
    };

    private static async Task<int> SaveAsync(IServiceProvider services, FileInfo file, FileInfo passphrase, BackupScope scope, CancellationToken token)
    {
        var outcome = await services.GetRequiredService<IPlatformBackup>()
            .SaveAsync(file.FullName, await Passphrase.ReadAsync(passphrase, token).ConfigureAwait(false), scope, token).ConfigureAwait(false);
        if (outcome.Refusal is { } refusal)
        {
            await Console.Error.WriteLineAsync($"Nothing was saved: {refusal}").ConfigureAwait(false);
            return 1;
        }

        BackupText.Print(outcome.Value);
        await Console.Error.WriteLineAsync($"Saved to {file.FullName}. Keep it on another machine, and the passphrase somewhere else: without it the backup is worth nothing.").ConfigureAwait(false);
        return outcome.Value.IsWhole ? 0 : NotWhole;
    }
}

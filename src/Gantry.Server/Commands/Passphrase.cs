using System.CommandLine;

namespace Gantry.Server.Commands;

/// <summary>The passphrase of backups: always from a file, since arguments are seen by every process of the machine.</summary>
internal static class Passphrase
{
    public static Option<FileInfo> Option() => new("--passphrase-file")
    {
        Required = true, HelpName = "FILE", Description = "A file with the passphrase that seals keys and configuration",
    };

    /// <summary>Without the end of its line, which editors add.</summary>
    public static async Task<string> ReadAsync(FileInfo file, CancellationToken token)
    {
        var text = await File.ReadAllTextAsync(file.FullName, token).ConfigureAwait(false);
        return text.TrimEnd('\r', '\n');
    }
}

namespace Gantry.Cli.Configuration;

/// <summary>The choices of a user that are not secret.</summary>
/// <param name="Url">The server of the last login.</param>
internal sealed record Settings(string? Url = null);

/// <summary><c>config.json</c>.</summary>
internal sealed class SettingsFile(Shell shell)
{
    public string Path { get; } = System.IO.Path.Combine(shell.ConfigurationFolder, "config.json");

    public Settings Read() => PrivateFile.Read(Path, ConfigurationJson.Default.Settings) ?? new Settings();

    public void Write(Settings settings) => PrivateFile.Write(Path, settings, ConfigurationJson.Default.Settings);
}

namespace Gantry.Cli.Configuration;

/// <summary>Chooses the server that a command talks to.</summary>
internal static class ServerAddress
{
    /// <summary>Where a <c>gantryd</c> on this machine listens when nobody said otherwise.</summary>
    public const string Default = "http://127.0.0.1:7080";

    public static Uri Choose(string? option, Shell shell, SettingsFile settings) =>
        option is { Length: > 0 } ? Parse(option, "--url")
        : shell.Variable("GANTRY_URL") is { Length: > 0 } variable ? Parse(variable, "GANTRY_URL")
        : settings.Read().Url is { Length: > 0 } stored ? Parse(stored, settings.Path)
        : new Uri(Default);

    private static Uri Parse(string text, string origin)
    {
        var complete = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (Uri.TryCreate(complete.TrimEnd('/'), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0)
            return uri;
        throw new CliError(ExitCode.Configuration, $"“{text}” ({origin}) is not an address of a server.",
            $"It looks like {Default} or https://gantry.example.com");
    }
}

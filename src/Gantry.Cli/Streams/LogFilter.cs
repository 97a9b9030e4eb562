namespace Gantry.Cli.Streams;

/// <summary>Checks a log filter before the server sees it, so that a typing mistake is not an empty log.</summary>
internal static class LogFilter
{
    public static string? Check(string? filter)
    {
        if (filter is null)
            return null;
        var parts = filter.Split('|', StringSplitOptions.TrimEntries);
        return parts.All(IsSource)
            ? string.Join('|', parts)
            : throw new CliError(ExitCode.Usage, $"“{filter}” is not a log filter.",
                "A filter is a type (web), a container (web-1, one-off-1234), router, or several: --filter 'web|worker'");
    }

    private static bool IsSource(string part) => part.Length > 0 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

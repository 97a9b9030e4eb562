using Gantry.Cli.Variables;

namespace Gantry.Cli.Attach;

/// <summary>The variables that a one-off gets on top of the app's.</summary>
internal static class OneOffEnvironment
{
    public static IReadOnlyDictionary<string, string?> Build(IEnumerable<string> assignments, Shell shell)
    {
        var all = new Dictionary<string, string?>
        {
            ["TERM"] = shell.InIsTerminal && shell.Variable("TERM") is { Length: > 0 } terminal ? terminal : "dumb",
            ["CLIENT_OS"] = OperatingSystem.IsMacOS() ? "darwin" : "linux",
        };
        foreach (var text in assignments)
        {
            var (name, value) = text.Contains('=') ? Assignment.Parse(text) : new(text, Here(shell, text));
            all[name] = value;
        }

        return all;
    }

    private static string Here(Shell shell, string name) => shell.Variable(name)
        ?? throw new CliError(ExitCode.Usage, $"{name} is not set here, so its value cannot be passed on.", $"Give it: --env {name}=VALUE");
}

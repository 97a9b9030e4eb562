namespace Gantry.Cli.Git;

/// <summary>Finds out which app a command is about.</summary>
internal static class AppChoice
{
    public static string Find(string? option, Shell shell) =>
        Given(option) ?? Given(shell.Variable("GANTRY_APP")) ?? Given(shell.Variable("SCALINGO_APP"))
        ?? FromRemote(new GitRepository(shell.WorkingDirectory).RemoteAddress(GitRepository.DefaultRemote))
        ?? throw new CliError(ExitCode.Configuration, "No app is chosen.",
            "Name one: gantry --app NAME …, or export GANTRY_APP=NAME,\n" +
            "or link this repository once: gantry git-setup --app NAME\n" +
            "Your apps: gantry apps");

    /// <summary>The app in <c>ssh://git@host:2222/my-app.git</c>, <c>git@host:my-app.git</c> or <c>https://host/my-app.git</c>.</summary>
    public static string? FromRemote(string? address)
    {
        if (string.IsNullOrWhiteSpace(address))
            return null;
        var name = address.TrimEnd('/').Split('/', ':')[^1];
        return Given(name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name);
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

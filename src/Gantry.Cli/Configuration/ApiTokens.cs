namespace Gantry.Cli.Configuration;

/// <summary>Finds the API token to use: the environment first, so that scripts need no files.</summary>
internal static class ApiTokens
{
    public static readonly IReadOnlyList<string> Variables = ["GANTRY_API_TOKEN", "SCALINGO_API_TOKEN"];

    public static string? Find(Shell shell, CredentialFile file, Uri server) =>
        FromEnvironment(shell)?.Token ?? file.Find(server)?.Token;

    public static (string Name, string Token)? FromEnvironment(Shell shell) =>
        Variables.Select(name => (name, shell.Variable(name)?.Trim()))
            .Where(v => v.Item2 is { Length: > 0 })
            .Select(v => ((string, string)?)(v.name, v.Item2!))
            .FirstOrDefault();
}

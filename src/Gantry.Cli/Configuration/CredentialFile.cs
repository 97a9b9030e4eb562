namespace Gantry.Cli.Configuration;

/// <summary>The API token of one server.</summary>
/// <param name="Id">Of the token, when this program created it and may delete it at logout.</param>
internal sealed record Credential(string Token, string Username, string? Id = null);

/// <summary>All credentials, by address of the server.</summary>
internal sealed record CredentialSet(Dictionary<string, Credential> Servers);

/// <summary><c>auth.json</c>, mode 0600.</summary>
internal sealed class CredentialFile(Shell shell)
{
    public string Path { get; } = System.IO.Path.Combine(shell.ConfigurationFolder, "auth.json");

    public Credential? Find(Uri server) => Read().Servers.GetValueOrDefault(Key(server));

    public void Store(Uri server, Credential credential)
    {
        var all = Read();
        all.Servers[Key(server)] = credential;
        Write(all);
    }

    public bool Remove(Uri server)
    {
        var all = Read();
        if (!all.Servers.Remove(Key(server)))
            return false;
        Write(all);
        return true;
    }

    private static string Key(Uri server) => server.GetLeftPart(UriPartial.Path).TrimEnd('/');

    private CredentialSet Read() => PrivateFile.Read(Path, ConfigurationJson.Default.CredentialSet) ?? new CredentialSet([]);

    private void Write(CredentialSet all) => PrivateFile.Write(Path, all, ConfigurationJson.Default.CredentialSet);
}

using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Who one is: logins, tokens and keys, with the published client in a home of its own.</summary>
[Collection("client")]
public sealed class ClientAccountTests(GantryPlatform platform) : IDisposable
{
    private const string Password = "correct horse battery";
    private readonly string _home = Directory.CreateTempSubdirectory("gantry-home-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    private Dictionary<string, string> Nobody => new(platform.ClientEnvironment) { ["HOME"] = _home, ["GANTRY_API_TOKEN"] = "", ["GANTRY_URL"] = "", ["HISTFILE"] = "/dev/null" };

    [Fact]
    public async Task Login_TokenFromStdin_IsRememberedWithItsServerUntilLogout()
    {
        var login = await Shell.RunAsync(platform.CliPath, ["login", "--url", $"http://127.0.0.1:{platform.ApiPort}", "--api-token", "-"], Nobody, input: platform.Token + "\n");
        login.ExpectSuccess();

        var self = (await GantryAsync("self", "--format", "json")).ExpectSuccess();
        (await GantryAsync("logout", "--url", $"http://127.0.0.1:{platform.ApiPort}")).ExpectSuccess();
        var after = await GantryAsync("apps");

        Assert.Equal("admin", (string?)JsonNode.Parse(self.Output)!["username"]);
        Assert.Equal(77, after.ExitCode);
        Assert.Contains("gantry login", after.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_PasswordAtATerminal_IsNeverShownAndLogoutDeletesItsToken()
    {
        var user = await AddUserAsync();
        await using var terminal = await TmuxTerminal.StartAsync(platform, 80, 24, Nobody);
        await terminal.TypeAsync($"gantry login --url http://127.0.0.1:{platform.ApiPort}");
        await terminal.WaitForAsync("User name or e-mail:");
        await terminal.TypeAsync(user);
        await terminal.WaitForAsync("Password:");
        await terminal.TypeAsync(Password);
        var screen = await terminal.WaitForAsync($"as {user}.");
        var during = await TokensAsync(user);

        (await GantryAsync("logout")).ExpectSuccess();

        Assert.DoesNotContain(Password, screen, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_home, ".config/gantry/auth.json")));
        Assert.Contains(during, name => name.StartsWith("gantry - ", StringComparison.Ordinal));
        Assert.DoesNotContain(await TokensAsync(user), name => name.StartsWith("gantry - ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Login_WrongPassword_IsRefused()
    {
        var user = await AddUserAsync();

        var login = await Shell.RunAsync(
            platform.CliPath, ["login", "--url", $"http://127.0.0.1:{platform.ApiPort}", "--username", user, "--password-stdin"], Nobody, input: "wrong\n");

        Assert.Equal(77, login.ExitCode);
        Assert.StartsWith("error: ", login.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_AddedAndRemoved_DecideWhoReachesGit()
    {
        var key = Path.Combine(_home, "key");
        (await Shell.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])).ExpectSuccess();
        var app = await platform.CreateAppAsync("keys");

        (await platform.CliAsync("keys-add", "second", key + ".pub")).ExpectSuccess();
        var names = JsonNode.Parse((await platform.CliAsync("keys", "--format", "json")).Output)!.AsArray().Select(k => (string?)k!["name"]);
        var with = await LsRemoteAsync(app, key);
        (await platform.CliAsync("keys-remove", "second")).ExpectSuccess();
        var without = await LsRemoteAsync(app, key);

        Assert.Contains("second", names);
        Assert.Equal(0, with.ExitCode);
        Assert.NotEqual(0, without.ExitCode);
        await platform.DestroyAsync(app);
    }

    private Task<ShellResult> GantryAsync(params string[] arguments) => Shell.RunAsync(platform.CliPath, arguments, Nobody);

    private async Task<string> AddUserAsync()
    {
        var name = "u" + Guid.NewGuid().ToString("N")[..8];
        (await platform.CliWithInputAsync(Password + "\n", "admin", "user-add", name, $"{name}@localhost.invalid", "--password-stdin")).ExpectSuccess();
        return name;
    }

    private async Task<IReadOnlyList<string>> TokensAsync(string user) =>
        [.. JsonNode.Parse((await platform.CliAsync("admin", "tokens", user, "--format", "json")).ExpectSuccess().Output)!.AsArray().Select(t => (string)t!["name"]!)];

    private Task<ShellResult> LsRemoteAsync(string app, string key) => Shell.RunAsync("git", ["ls-remote", platform.GitUrl(app)], new Dictionary<string, string>(Nobody)
    {
        ["GIT_SSH_COMMAND"] = $"ssh -i {key} -o IdentitiesOnly=yes -o UserKnownHostsFile={_home}/known_hosts -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR",
    });
}

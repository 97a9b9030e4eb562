using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task Login_ApiToken_IsExchangedCheckedAndKeptForTheOwnerOnly()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli();
        var result = await cli.RunAsync("login", "--url", platform.Url.ToString(), "--api-token", "tk-us-secret");
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal("", result.Out);
        Assert.Equal("Basic " + Convert.ToBase64String(":tk-us-secret"u8), platform.CallTo("POST", "/v1/tokens/exchange").Authorization);
        Assert.Equal("Bearer " + FakePlatform.Jwt, platform.CallTo("GET", "/v1/users/self").Authorization);
        var file = Path.Combine(cli.Configuration, "auth.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        var later = await cli.RunAsync("whoami", "--format", "json");
        Assert.Contains("\"username\": \"alice\"", later.Out);
    }

    [Fact]
    public async Task Login_Password_CreatesATokenThatLogoutDeletes()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli { ["GANTRY_URL"] = platform.Url.ToString() };
        platform.On("POST", "/v1/tokens", 201, """{"token":{"id":"tk-9","name":"x","created_at":"2026-01-02T03:04:05Z","last_used_at":null,"token":"tk-us-new"}}""");
        platform.On("DELETE", "/v1/tokens/tk-9", 204, "");
        Assert.Equal(0, (await cli.RunAsync("hunter2\n", ["login", "-u", "alice", "--password-stdin"])).Code);
        var call = platform.CallTo("POST", "/v1/tokens");
        Assert.Equal("Basic " + Convert.ToBase64String("alice:hunter2"u8), call.Authorization);
        Assert.Contains("\"token\":{\"name\":", call.Body);
        Assert.Contains("tk-us-new", await File.ReadAllTextAsync(Path.Combine(cli.Configuration, "auth.json"), TestContext.Current.CancellationToken));

        Assert.Equal(0, (await cli.RunAsync("logout")).Code);
        platform.CallTo("DELETE", "/v1/tokens/tk-9");
        Assert.Equal(ExitCode.NotLoggedIn, (await cli.RunAsync("apps")).Exit);
    }

    [Fact]
    public async Task Login_WrongPassword_SaysSo()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli { ["GANTRY_URL"] = platform.Url.ToString() };
        platform.On("POST", "/v1/tokens", 401, """{"error":"unauthorized"}""");
        var result = await cli.RunAsync("wrong\n", ["login", "-u", "alice", "--password-stdin"]);
        Assert.Equal(ExitCode.NotLoggedIn, result.Exit);
        Assert.Contains("does not accept this user name and password", result.Error);
        Assert.False(Directory.Exists(cli.Configuration));
    }

    [Fact]
    public async Task Login_NoTerminalAndNothingGiven_SaysHow()
    {
        using var cli = new Support.Cli { ["GANTRY_URL"] = "http://127.0.0.1:1" };
        var result = await cli.RunAsync("login");
        Assert.Equal(ExitCode.NotConfirmed, result.Exit);
        Assert.Contains("--api-token", result.Error);
    }

    [Fact]
    public async Task AnyCommand_DamagedCredentials_NamesTheFileAndTheRemedy()
    {
        using var cli = new Support.Cli { ["GANTRY_URL"] = "http://127.0.0.1:1" };
        Directory.CreateDirectory(cli.Configuration);
        await File.WriteAllTextAsync(Path.Combine(cli.Configuration, "auth.json"), "{", TestContext.Current.CancellationToken);
        var result = await cli.RunAsync("apps");
        Assert.Equal(ExitCode.Configuration, result.Exit);
        Assert.Contains("auth.json", result.Error);
    }

    [Fact]
    public async Task KeysAdd_PrivateKey_IsNeverSent()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        var file = Path.Combine(cli.WorkingDirectory, "id");
        await File.WriteAllTextAsync(file, "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.BadInput, (await cli.RunAsync("keys-add", "laptop", "id")).Exit);
        Assert.Empty(platform.Calls);
    }

    [Fact]
    public async Task KeysAdd_PublicKeyFromStdin_IsSentWrapped()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("POST", "/v1/keys", 201, """{"key":{"id":"k1","name":"laptop","content":"ssh-ed25519 AAAA you@laptop"}}""");
        Assert.Equal(0, (await cli.RunAsync("ssh-ed25519 AAAA you@laptop\n", ["keys-add", "laptop", "-"])).Code);
        Assert.StartsWith("""{"key":{"name":"laptop","content":"ssh-ed25519 AAAA you@laptop"}""", platform.CallTo("POST", "/v1/keys").Body);
    }
}

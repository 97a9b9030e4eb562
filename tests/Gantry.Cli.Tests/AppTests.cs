using System.Diagnostics;
using Gantry.Cli.Git;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class AppTests
{
    [Fact]
    public async Task Apps_Piped_IsAPlainTableOnStdout()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps", 200, """{"apps":[""" + Inner(Samples.App(platform)) + "]}");
        var result = await cli.RunAsync("apps");
        Assert.Equal(
            """
            NAME    STATUS   LAST DEPLOYED  ADDRESS
            my-app  running  never          http://my-app.apps.localhost:8080

            """, result.Out);
        Assert.Equal("", result.Error);
        Assert.Equal("my-app\n", (await cli.RunAsync("apps", "--names")).Out);
    }

    [Fact]
    public async Task Apps_None_LeavesStdoutEmptyAndSaysWhatToDo()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps", 200, """{"apps":[]}""");
        var result = await cli.RunAsync("apps");
        Assert.Equal("", result.Out);
        Assert.Contains("gantry create NAME", result.Error);
        Assert.Equal("[]\n", (await cli.RunAsync("apps", "--format", "json")).Out);
    }

    [Fact]
    public async Task Create_InRepository_AddsTheRemoteThatLaterNamesTheApp()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        Git(cli, "init", "-q");
        platform.On("POST", "/v1/apps", 201, Samples.App(platform));
        platform.On("GET", Samples.AppPath, 200, Samples.App(platform));
        Assert.Equal(0, (await cli.RunAsync("create", "my-app")).Code);
        Assert.Contains("\"app\":{\"name\":\"my-app\"", platform.CallTo("POST", "/v1/apps").Body);
        Assert.Equal("ssh://git@127.0.0.1:2222/my-app.git", new GitRepository(cli.WorkingDirectory).RemoteAddress("gantry"));
        Assert.Contains("Name ", (await cli.RunAsync("info")).Out);
    }

    [Fact]
    public async Task Destroy_WithoutTerminal_WantsForce()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", Samples.AppPath, 200, Samples.App(platform));
        platform.On("DELETE", Samples.AppPath, 204, "");
        Assert.Equal(ExitCode.NotConfirmed, (await cli.RunAsync("destroy", "my-app")).Exit);
        Assert.Empty(platform.CallsTo("DELETE", Samples.AppPath));
        Assert.Equal(0, (await cli.RunAsync("destroy", "my-app", "--force")).Code);
        Assert.Equal("?current_name=my-app", platform.CallTo("DELETE", Samples.AppPath).Query);
    }

    [Fact]
    public async Task Destroy_OnlyByEnvironment_IsRefused()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform) { ["GANTRY_APP"] = "my-app" };
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("destroy", "--force")).Exit);
        Assert.Empty(platform.Calls);
    }

    [Fact]
    public async Task Rename_SendsBothNamesUnwrapped()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", Samples.AppPath, 200, Samples.App(platform));
        platform.On("POST", "/v1/apps/my-app/rename", 200, Samples.App(platform));
        Assert.Equal(0, (await cli.RunAsync("rename", "new-name", "-a", "my-app")).Code);
        Assert.Equal("""{"current_name":"my-app","new_name":"new-name"}""", platform.CallTo("POST", "/v1/apps/my-app/rename").Body);
    }

    [Theory]
    [InlineData("ssh://git@127.0.0.1:2222/my-app.git", "my-app")]
    [InlineData("git@host:my-app.git", "my-app")]
    [InlineData("https://host/git/my-app.git/", "my-app")]
    [InlineData("", null)]
    public void AppChoice_Remote_GivesTheApp(string address, string? app) => Assert.Equal(app, AppChoice.FromRemote(address));

    public static string Inner(string rooted) => rooted.Trim()["{\"app\":".Length..^1];

    private static void Git(Support.Cli cli, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = cli.WorkingDirectory })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}

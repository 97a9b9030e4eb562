using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(400, """{"error":"bad thing","code":"x"}""", ExitCode.Refused, "bad thing")]
    [InlineData(401, """{"error":"The token is not valid"}""", ExitCode.NotLoggedIn, "gantry login")]
    [InlineData(403, """{"error":"Not yours"}""", ExitCode.Refused, "Not yours")]
    [InlineData(404, """{"resource":"app","error":"not found"}""", ExitCode.NotFound, "There is no app “my-app”")]
    [InlineData(404, """{"resource":"container_type","error":""}""", ExitCode.NotFound, "The container type was not found")]
    [InlineData(409, """{"error":"A deployment runs"}""", ExitCode.Refused, "A deployment runs")]
    [InlineData(422, """{"errors":{"name":["is too short","is ugly"]}}""", ExitCode.Refused, "name: is too short, is ugly")]
    [InlineData(429, """{"error":"Slow down"}""", ExitCode.TimedOut, "Slow down")]
    [InlineData(500, "<html>oops</html>", ExitCode.ServerFault, "failed with 500")]
    [InlineData(503, "", ExitCode.ServerFault, "failed with 503")]
    [InlineData(200, "<html>a router</html>", ExitCode.ServerFault, "not the Gantry API")]
    public async Task AnyCommand_DocumentedError_HasItsCodeAndTellsWhatToDo(int status, string body, object code, string text)
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", Samples.AppPath, status, body);
        var result = await cli.RunAsync("info", "--app", "my-app");
        Assert.Equal((ExitCode)code, result.Exit);
        Assert.Contains(text, result.Error);
        Assert.Equal("", result.Out);
        Assert.DoesNotContain("   at ", result.Error);
    }

    [Fact]
    public async Task AnyCommand_ServerIsNotThere_AsksWhetherGantrydRuns()
    {
        using var cli = new Support.Cli { ["GANTRY_API_TOKEN"] = "x", ["GANTRY_URL"] = "http://127.0.0.1:1" };
        var result = await cli.RunAsync("apps");
        Assert.Equal(ExitCode.Unreachable, result.Exit);
        Assert.Contains("./up.sh", result.Error);
    }

    [Fact]
    public async Task AnyCommand_Debug_ShowsTheStackTrace()
    {
        using var cli = new Support.Cli { ["GANTRY_API_TOKEN"] = "x", ["GANTRY_URL"] = "http://127.0.0.1:1", ["GANTRY_DEBUG"] = "1" };
        Assert.Contains("   at ", (await cli.RunAsync("apps")).Error);
    }

    [Fact]
    public async Task AnyCommand_NotLoggedIn_NamesTheCommand()
    {
        using var cli = new Support.Cli { ["GANTRY_URL"] = "http://127.0.0.1:1" };
        var result = await cli.RunAsync("apps");
        Assert.Equal(ExitCode.NotLoggedIn, result.Exit);
        Assert.Contains("gantry login", result.Error);
    }

    [Theory]
    [InlineData("dploy", "gantry deploy")]
    [InlineData("log", "gantry logs")]
    public async Task Root_MistypedCommand_ProposesTheNearest(string typed, string proposal)
    {
        using var cli = new Support.Cli();
        var result = await cli.RunAsync(typed);
        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains($"Did you mean: {proposal}", result.Error);
    }

    [Theory]
    [InlineData("logs", "--bogus")]
    [InlineData("create")]
    [InlineData("apps", "--format", "yaml")]
    [InlineData("logs", "-n", "many")]
    [InlineData("apps", "surplus")]
    public async Task AnyCommand_WrongArguments_IsUsageErrorWithPointerToHelp(params string[] arguments)
    {
        using var cli = new Support.Cli();
        var result = await cli.RunAsync(arguments);
        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains($"gantry {arguments[0]} --help", result.Error);
    }

    [Fact]
    public async Task AppCommand_NoAppChosen_SaysTheThreeWays()
    {
        using var cli = new Support.Cli();
        var result = await cli.RunAsync("ps");
        Assert.Equal(ExitCode.Configuration, result.Exit);
        Assert.Contains("--app", result.Error);
        Assert.Contains("GANTRY_APP", result.Error);
        Assert.Contains("git-setup", result.Error);
    }

    [Fact]
    public async Task AnyCommand_Interrupted_EndsQuietlyWithItsCode()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/stats", 200, """{"stats":[]}""");
        using var interruption = new CancellationTokenSource();
        var run = cli.Start("", ["stats", "--stream", "-a", "my-app"], interruption.Token);
        await Until.TrueAsync(() => run.Error.Contains("no running containers"), "the first table");
        await interruption.CancelAsync();
        var result = await run.EndAsync();
        Assert.Equal(ExitCode.Interrupted, result.Exit);
        Assert.DoesNotContain("error", result.Error);
    }

    [Fact]
    public void ExitCodeTexts_EveryCode_IsDocumented() =>
        Assert.Equal(Enum.GetValues<ExitCode>(), ExitCodeTexts.All.Select(e => e.Code).Order());
}

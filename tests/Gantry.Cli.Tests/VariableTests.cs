using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class VariableTests
{
    private const string Path = "/v1/apps/my-app/variables";
    private const string Two = """{"variables":[{"id":"v1","name":"B","value":"it's $A"},{"id":"v2","name":"A","value":"1"}]}""";

    [Fact]
    public async Task Env_Output_IsReadBackByEnvSet()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform) { ["GANTRY_APP"] = "my-app" };
        platform.On("GET", Path, 200, Two);
        platform.On("PUT", Path, 200, Two);
        var printed = (await cli.RunAsync("env")).Out;
        Assert.Equal("A=1\nB=\"it's \\$A\"\n", printed);
        Assert.Equal("?aliases=true", platform.CallTo("GET", Path).Query);
        Assert.Equal(0, (await cli.RunAsync(printed, ["env-set"])).Code);
        Assert.Equal("""{"variables":[{"id":"","name":"A","value":"1"},{"id":"","name":"B","value":"it\u0027s $A"}]}""", platform.CallTo("PUT", Path).Body);
    }

    [Fact]
    public async Task EnvSet_Arguments_WinOverTheFile()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform) { ["GANTRY_APP"] = "my-app" };
        platform.On("PUT", Path, 201, Two);
        await File.WriteAllTextAsync(System.IO.Path.Combine(cli.WorkingDirectory, ".env"), "A=file\n", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await cli.RunAsync("env-set", "--from", ".env", "B=x=y")).Code);
        Assert.Contains("\"name\":\"A\",\"value\":\"file\"},{\"id\":\"\",\"name\":\"B\",\"value\":\"x=y\"", platform.CallTo("PUT", Path).Body);
    }

    [Fact]
    public async Task EnvGet_Missing_IsNotFound()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform) { ["GANTRY_APP"] = "my-app" };
        platform.On("GET", Path, 200, Two);
        Assert.Equal("1\n", (await cli.RunAsync("env-get", "A")).Out);
        Assert.Equal(ExitCode.NotFound, (await cli.RunAsync("env-get", "C")).Exit);
    }

    [Fact]
    public async Task EnvUnset_OneUnknown_RemovesNone()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform) { ["GANTRY_APP"] = "my-app" };
        platform.On("GET", Path, 200, Two);
        platform.On("DELETE", Path + "/v1", 204, "");
        Assert.Equal(ExitCode.NotFound, (await cli.RunAsync("env-unset", "B", "C")).Exit);
        Assert.Empty(platform.CallsTo("DELETE", Path + "/v1"));
        Assert.Equal(0, (await cli.RunAsync("env-unset", "B")).Code);
        platform.CallTo("DELETE", Path + "/v1");
    }
}

using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class ContainerTests
{
    private const string Formation = """{"containers":[{"app_id":"ap-1","name":"web","amount":2,"size":"M","command":"node web.js"},{"app_id":"ap-1","name":"worker","amount":0,"size":"M","command":"node worker.js"}]}""";

    [Fact]
    public async Task Scale_RelativeAndSized_SendsAbsoluteAmountsAndWaits()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        var looks = 0;
        platform.On("GET", "/v1/apps/my-app/containers", 200, Formation);
        platform.On("POST", "/v1/apps/my-app/scale", 202, Formation, $"{platform.Url}v1/apps/my-app/operations/op-1");
        platform.On("GET", "/v1/apps/my-app/operations/op-1", _ => new Answer(200, Samples.Operation(++looks < 3 ? "running" : "done")));
        var result = await cli.RunAsync("scale", "-a", "my-app", "web+1", "worker:1:xl");
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal(
            """{"containers":[{"app_id":"","name":"web","amount":3,"size":"","command":""},{"app_id":"","name":"worker","amount":1,"size":"XL","command":""}]}""",
            platform.CallTo("POST", "/v1/apps/my-app/scale").Body);
        Assert.Equal(3, looks);
        Assert.Contains("web     2       M     node web.js", result.Out);
    }

    [Fact]
    public async Task Scale_OperationFails_SaysWhyAndFails()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/containers", 200, Formation);
        platform.On("POST", "/v1/apps/my-app/scale", 202, Formation, "/v1/apps/my-app/operations/op-1");
        platform.On("GET", "/v1/apps/my-app/operations/op-1", 200, Samples.Operation("error", error: "no host has room"));
        var result = await cli.RunAsync("scale", "-a", "my-app", "web:3");
        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("no host has room", result.Error);
    }

    [Fact]
    public async Task Scale_UnknownTypeRelatively_NamesTheTypes()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/containers", 200, Formation);
        var result = await cli.RunAsync("scale", "-a", "my-app", "clock+1");
        Assert.Equal(ExitCode.NotFound, result.Exit);
        Assert.Contains("web, worker", result.Error);
    }

    [Fact]
    public async Task Restart_WithScope_SendsItAndWaits()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("POST", "/v1/apps/my-app/restart", 202, "", "/v1/apps/my-app/operations/op-1");
        platform.On("GET", "/v1/apps/my-app/operations/op-1", 200, Samples.Operation("done"));
        Assert.Equal(0, (await cli.RunAsync("restart", "-a", "my-app", "web", "worker-2")).Code);
        Assert.Equal("""{"scope":["web","worker-2"]}""", platform.CallTo("POST", "/v1/apps/my-app/restart").Body);
    }

    [Fact]
    public async Task Ps_Json_IsTheListOfContainers()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/ps", 200, $$"""{"containers":[{{Samples.Container("web-1")}}]}""");
        var result = await cli.RunAsync("ps", "-a", "my-app", "--format", "json");
        using var document = System.Text.Json.JsonDocument.Parse(result.Out);
        Assert.Equal("web-1", document.RootElement[0].GetProperty("label").GetString());
    }

    [Fact]
    public async Task OneOffStop_Web_IsRefusedWithTheRightCommand()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/ps", 200, $$"""{"containers":[{{Samples.Container("web-1")}}]}""");
        var result = await cli.RunAsync("one-off-stop", "-a", "my-app", "web-1");
        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains("gantry scale web-1", result.Error);
    }

    [Fact]
    public async Task Kill_Signal_IsSentToTheContainerWithThatLabel()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/ps", 200, $$"""{"containers":[{{Samples.Container("web-1")}}]}""");
        platform.On("POST", "/v1/apps/my-app/containers/ct-web-1/kill", 204, "");
        Assert.Equal(0, (await cli.RunAsync("kill", "-a", "my-app", "web-1", "-s", "usr2")).Code);
        Assert.Equal("""{"signal":"SIGUSR2"}""", platform.CallTo("POST", "/v1/apps/my-app/containers/ct-web-1/kill").Body);
    }

    [Fact]
    public async Task Stats_ShowsSharesOfTheLimits()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/stats", 200,
            """{"stats":[{"id":"web-1","cpu_usage":12,"memory_usage":134217728,"memory_limit":536870912,"highest_memory_usage":268435456,"swap_usage":0,"swap_limit":536870912,"highest_swap_usage":0}]}""");
        Assert.Contains("web-1  12 %  128 MiB of 512 MiB (25 %)  256 MiB", (await cli.RunAsync("stats", "-a", "my-app")).Out);
    }
}

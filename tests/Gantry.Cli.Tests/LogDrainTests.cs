using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class LogDrainTests
{
    private const string Url = "tcp+tls://logs.example.org:6514";

    [Fact]
    public async Task Drains_AreAddedListedAndRemoved()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("POST", "/v1/apps/my-app/log_drains", 201, $$$"""{"drain":{"app_id":"ap-1","url":"{{{Url}}}"}}""");
        platform.On("GET", "/v1/apps/my-app/log_drains", 200, $$$"""{"drains":[{"app_id":"ap-1","url":"{{{Url}}}"}]}""");
        platform.On("DELETE", "/v1/apps/my-app/log_drains", 204, "");

        var added = await cli.RunAsync("log-drains-add", "-a", "my-app", "--type", "syslog", "--address", Url);
        Assert.Equal(0, added.Code);
        Assert.Equal($$$"""{"drain":{"type":"syslog","url":"{{{Url}}}"}}""", platform.CallTo("POST", "/v1/apps/my-app/log_drains").Body.Replace("\\u002B", "+"));
        Assert.Equal($"{Url}\n", (await cli.RunAsync("log-drains", "-a", "my-app")).Out);
        Assert.Contains($"\"url\": \"{Url}\"", (await cli.RunAsync("log-drains", "-a", "my-app", "--format", "json")).Out.Replace("\\u002B", "+"));
        Assert.Equal(0, (await cli.RunAsync("log-drains-remove", "-a", "my-app", Url)).Code);
        Assert.Equal("?url=" + Url, platform.CallTo("DELETE", "/v1/apps/my-app/log_drains").Query);
    }

    [Fact]
    public async Task Archives_AreListedWithTheNextPage()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/logs_archives", 200, """{"next_cursor":"3","has_more":true,"archives":[{"url":"https://x/a?token=t","from":"2026-01-01","to":"2026-01-02","size":2048}]}""");

        var result = await cli.RunAsync("logs-archives", "-a", "my-app", "-p", "2");

        Assert.Equal("?page=2", platform.CallTo("GET", "/v1/apps/my-app/logs_archives").Query);
        Assert.Contains("https://x/a?token=t", result.Out);
        Assert.Contains("--page 3", result.Error);
    }
}

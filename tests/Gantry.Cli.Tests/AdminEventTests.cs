using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class AdminEventTests
{
    [Fact]
    public async Task Events_OfThePlatform_SayWhoDidWhat()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/events", 200,
            """
            {"events":[{"id":"ev-1","created_at":"2026-11-28T06:00:00Z","type":"drain_host","user":{"id":"us-1","username":"alice","email":"a@b.c"},"app_id":"","app_name":"",
            "project_id":"","project_name":"","type_data":{"host":"box-2","at_once":4,"containers":12}}],"meta":{"pagination":{"current_page":1,"total_pages":1,"total_count":1}}}
            """);

        var result = await cli.RunAsync("admin", "events", "-n", "5");

        Assert.Equal(0, result.Code);
        Assert.Matches("drain_host +alice +host=box-2  at_once=4  containers=12", result.Out);
        Assert.Equal("?page=1&per_page=5", platform.CallTo("GET", "/admin/events").Query);
    }
}

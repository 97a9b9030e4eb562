using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class UsageTests
{
    private const string Report =
        """
        {"usage":{"from":"2026-10-01T00:00:00Z","to":"2026-11-01T00:00:00Z","by":"app","lines":[
        {"owner":{"id":"us-1","username":"alice","email":"a@b.c"},"app":{"id":"ap-1","name":"my-app"},"container":null,"type":null,"kind":"container",
        "size":"M","memory":536870912,"containers":3,"seconds":5400,"start":null,"stop":null,"running":null},
        {"owner":{"id":"us-2","username":"","email":""},"app":{"id":"ap-2","name":"a,\"b"},"container":null,"type":null,"kind":"build",
        "size":"build","memory":1,"containers":1,"seconds":7,"start":null,"stop":null,"running":null}]}}
        """;

    [Fact]
    public async Task Usage_Piped_IsAPlainTable()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/usage", 200, Report);
        var result = await cli.RunAsync("admin", "usage", "--from", "2026-10-01", "--to", "2026-11-01", "--by", "app");
        Assert.Equal(
            """
            OWNER  APP     KIND       SIZE   CONTAINERS  HOURS  SECONDS
            alice  my-app  container  M      3           1.50   5400
            us-2   a,"b    build      build  1           0.00   7

            """, result.Out);
        Assert.Equal("?from=2026-10-01&to=2026-11-01&by=app", platform.CallTo("GET", "/admin/usage").Query);
    }

    [Fact]
    public async Task Usage_AsCsv_IsQuotedWhereItMust()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/usage", 200, Report);
        Assert.Equal(
            """"
            owner_id,owner,app_id,app,container,type,kind,size,memory,containers,seconds,start,stop,running
            us-1,alice,ap-1,my-app,,,container,M,536870912,3,5400,,,
            us-2,,ap-2,"a,""b",,,build,build,1,1,7,,,

            """", (await cli.RunAsync("admin", "usage", "--format", "csv")).Out);
        Assert.StartsWith("{\n  \"from\": \"2026-10-01", (await cli.RunAsync("admin", "usage", "--format", "json")).Out);
    }

    [Fact]
    public async Task Csv_OfACommandThatIsNoExport_IsRefused()
    {
        using var cli = new Support.Cli();
        var result = await cli.RunAsync("apps", "--format", "csv");
        Assert.Equal(ExitCode.Usage, result.Exit);
        Assert.Contains("--format json", result.Error);
    }
}

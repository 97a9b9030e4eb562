using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class DoctorTests
{
    private const string Report =
        """
        {"items":[
        {"checklist":"CIS Docker 1.6.0","item":"5.4","title":"Capabilities are restricted","status":"not met","seen":"ct-1: all of them."},
        {"checklist":"CIS Docker 1.6.0","item":"5.8","title":"Privileged ports","status":"not applicable","seen":"None is mapped."},
        {"checklist":"NIST SP 800-190","item":"4.4.2","title":"Network access","status":"met","seen":"Dropped."}]}
        """;

    [Fact]
    public async Task Security_WithAnItemThatIsNotMet_SaysSoAndFails()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/doctor/security", 200, Report);
        var result = await cli.RunAsync("admin", "doctor", "--security");
        Assert.NotEqual(0, result.Code);
        Assert.Matches(@"5\.4 +not met +Capabilities are restricted +ct-1: all of them\.", result.Out);
        Assert.Matches(@"4\.4\.2 +met +Network access +Dropped\.", result.Out);
    }

    [Fact]
    public async Task Security_AsJson_HasEveryItem()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/doctor/security", 200, Report.Replace("not met", "met", StringComparison.Ordinal));
        var result = await cli.RunAsync("admin", "doctor", "--security", "--format", "json");
        Assert.Equal(0, result.Code);
        Assert.Equal(3, result.Out.Split("\"checklist\"").Length - 1);
    }
}

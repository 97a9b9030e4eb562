using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
    public async Task Overlay_OfThisMachine_IsFitUntilItsPortIsTaken()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        using var taken = new UdpClient(0);
        var port = ((IPEndPoint)taken.Client.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);

        var without = await cli.RunAsync("admin", "doctor", "--local");
        var refused = await cli.RunAsync("admin", "doctor", "--local", "--overlay", port);
        taken.Dispose();
        var free = await cli.RunAsync("admin", "doctor", "--local", "--overlay", port);

        Assert.DoesNotContain("vxlan", without.Out, StringComparison.Ordinal);
        Assert.NotEqual(0, refused.Code);
        Assert.Matches($"overlay port +fail +UDP {port} is not free: ", refused.Out);
        Assert.Contains($"ss -ulpn 'sport = :{port}'", refused.Error, StringComparison.Ordinal);
        Assert.Matches("vxlan +ok +the kernel makes links of that type", free.Out);
        Assert.Matches($"overlay port +ok +UDP {port} is free", free.Out);
    }

    [Theory]
    [InlineData("?overlay_port=4789", "--overlay")]
    [InlineData("?overlay_port=4790", "--overlay", "4790")]
    [InlineData("")]
    public async Task Overlay_OfTheServer_IsAskedOfIt(string query, params string[] options)
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/admin/doctor", 200, """{"checks":[{"name":"vxlan","status":"ok","message":"It can.","fix":""}]}""");
        var result = await cli.RunAsync(["admin", "doctor", .. options]);
        Assert.Equal(0, result.Code);
        Assert.Matches("vxlan +ok +It can", result.Out);
        Assert.Equal(query, platform.CallTo("GET", "/admin/doctor").Query);
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

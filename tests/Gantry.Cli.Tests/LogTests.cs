using System.Net.WebSockets;
using System.Text;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task Logs_Dump_AsksForLinesAndFilterWithoutCredentials()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, () => Line(1, "hello") + "\n" + Line(2, "") + "\n");
        var result = await cli.RunAsync("logs", "-a", "my-app", "-n", "5", "-F", "web|worker");
        Assert.Equal($"{Line(1, "hello")}\n{Line(2, "")}\n", result.Raw);
        var call = platform.CallTo("GET", "/apps/ap-1/logs");
        Assert.Equal("?token=T&timestamp=1&n=5&filter=web|worker", call.Query);
        Assert.Equal("", call.Authorization);
    }

    [Fact]
    public async Task Logs_Nothing_SaysSoOnStderr()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, () => "");
        platform.On("GET", "/apps/ap-1/logs", 204, "");
        var result = await cli.RunAsync("logs", "-a", "my-app");
        Assert.Equal((0, "", ""), (result.Code, result.Out, result.Raw));
        Assert.Contains("No log line", result.Error);
    }

    [Fact]
    public async Task Logs_Json_TakesLinesApart()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, () => Line(1, "hello") + "\n");
        Assert.Equal("{\"timestamp\":\"2026-01-02 03:04:01.000000001 +0000 UTC\",\"source\":\"web-1\",\"text\":\"hello\"}\n",
            (await cli.RunAsync("logs", "-a", "my-app", "--format", "json")).Out);
    }

    [Fact]
    public async Task Logs_Follow_LostConnection_GoesOnBehindTheLastLineOfEachSource()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, () => "");
        var connections = 0;
        platform.OnSocket("/apps/ap-1/logs", async (socket, _) =>
        {
            switch (++connections)
            {
                case 1:
                    // Broken off amid the past: there is no place yet to go on from.
                    await SendAsync(socket, Line(1, "one"));
                    break;
                case 2:
                    await SendAsync(socket, Line(1, "one"));
                    await SendAsync(socket, Line(2, "two"));
                    await SendAsync(socket, """{"event":"position","position":"web-1.ct-1@0.2.20.2 worker-1.ct-2@0.1.5.1"}""", raw: true);
                    await SendAsync(socket, """{"event":"ping"}""", raw: true);
                    await SendAsync(socket, Line(3, "three"), "web-1.ct-1@0.3.30.3");
                    await SendAsync(socket, Line(3, "from a new one"), "web-2.ct-3@0.0.15.1");
                    break;
                default:
                    await SendAsync(socket, """{"event":"position","position":"web-1.ct-1@0.3.30.3 web-2.ct-3@0.0.15.1 worker-1.ct-2@0.1.5.1"}""", raw: true);
                    await SendAsync(socket, Line(4, "four"), "web-1.ct-1@0.4.40.4");
                    await socket.ReceiveAsync(new byte[10], default).ContinueWith(_ => { }, TaskScheduler.Default);
                    return;
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "", default);
        });
        using var interruption = new CancellationTokenSource();
        var run = cli.Start("", ["logs", "-a", "my-app", "-f", "-n", "7"], interruption.Token);
        await Until.TrueAsync(() => run.Out.Contains("four"), "the last line");
        await interruption.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, (await run.EndAsync()).Exit);
        Assert.Equal(string.Concat(new[] { Line(1, "one"), Line(2, "two"), Line(3, "three"), Line(3, "from a new one"), Line(4, "four") }.Select(l => l + "\n")), run.Out);
        Assert.Equal(
            ["?token=T&timestamp=1&stream=true&n=7&after=", "?token=T&timestamp=1&stream=true&n=7&after=",
                "?token=T&timestamp=1&stream=true&n=7&after=web-1.ct-1@0.3.30.3 web-2.ct-3@0.0.15.1 worker-1.ct-2@0.1.5.1"],
            platform.CallsTo("GET", "/apps/ap-1/logs").Select(call => call.Query));
    }

    [Fact]
    public async Task Logs_FollowUnknownApp_EndsAtOnce()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("GET", "/v1/apps/my-app/logs", 404, """{"resource":"app","error":"not found"}""");
        Assert.Equal(ExitCode.NotFound, (await cli.RunAsync("logs", "-a", "my-app", "-f")).Exit);
    }

    private static Support.Cli Prepare(FakePlatform platform, Func<string> dump)
    {
        platform.On("GET", "/v1/apps/my-app/logs", 200, $$"""{"app":null,"logs_url":"{{platform.Url}}apps/ap-1/logs?token=T&timestamp=1"}""");
        platform.On("GET", "/apps/ap-1/logs", _ => new Answer(200, dump()));
        return new Support.Cli(platform);
    }

    private static string Line(int second, string text) => $"2026-01-02 03:04:0{second}.000000001 +0000 UTC [web-1] {text}";

    private static Task SendAsync(WebSocket socket, string text, bool raw = false) => SendFrameAsync(
        socket, raw ? text : $$"""{"event":"log","log":"{{text}}\n","timestamp":"2026-01-02T03:04:05Z"}""");

    private static Task SendAsync(WebSocket socket, string line, string position) => SendFrameAsync(
        socket, $$"""{"event":"log","log":"{{line}}\n","timestamp":"2026-01-02T03:04:05Z","position":"{{position}}"}""");

    private static Task SendFrameAsync(WebSocket socket, string frame) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, default);
}

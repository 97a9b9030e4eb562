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
        Assert.Equal($"{Line(1, "hello")}\n{Line(2, "")}\n", result.Out);
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
        Assert.Equal((0, ""), (result.Code, result.Out));
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
    public async Task Logs_Follow_LostConnection_GoesOnWithoutGapOrRepetition()
    {
        await using var platform = await FakePlatform.StartAsync();
        var past = new List<string> { Line(1, "one"), Line(2, "two") };
        using var cli = Prepare(platform, () => string.Concat(past.Select(l => l + "\n")));
        var connections = 0;
        platform.OnSocket("/apps/ap-1/logs", async (socket, _) =>
        {
            if (++connections == 1)
            {
                // The second line is in the dump, too: it was written between the stream's start and the dump.
                await SendAsync(socket, Line(2, "two"));
                await SendAsync(socket, """{"event":"ping"}""", raw: true);
                await SendAsync(socket, Line(3, "three"));
                await Until.TrueAsync(() => platform.CallsTo("GET", "/apps/ap-1/logs").Count >= 2, "the dump");
                past.AddRange([Line(3, "three"), Line(4, "four, which no stream brings")]);
                socket.Abort();
                return;
            }

            await SendAsync(socket, Line(5, "five"));
            await socket.ReceiveAsync(new byte[10], default).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var interruption = new CancellationTokenSource();
        var run = cli.Start("", ["logs", "-a", "my-app", "-f"], interruption.Token);
        await Until.TrueAsync(() => run.Out.Contains("five"), "the last line");
        await interruption.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, (await run.EndAsync()).Exit);
        Assert.Equal(string.Concat(new[] { Line(1, "one"), Line(2, "two"), Line(3, "three"), Line(4, "four, which no stream brings"), Line(5, "five") }.Select(l => l + "\n")), run.Out);
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

    private static Task SendAsync(WebSocket socket, string text, bool raw = false) => socket.SendAsync(
        Encoding.UTF8.GetBytes(raw ? text : $$"""{"event":"log","log":"{{text}}\n","timestamp":"2026-01-02T03:04:05Z"}"""), WebSocketMessageType.Text, true, default);
}

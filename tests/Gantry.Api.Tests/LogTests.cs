using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Gantry.Agent.Logs;
using Gantry.Api.Tests.Support;
using Gantry.Domain.Apps;

namespace Gantry.Api.Tests;

public sealed class LogTests(ApiServer server)
{
    private static readonly DateTimeOffset At = new(2026, 2, 16, 2, 2, 43, TimeSpan.Zero);

    [Fact]
    public async Task ADump_NeedsNoHeaderAndEndsInALineFeed()
    {
        var (tenant, app, url) = await NewAsync();
        server.Log.Add(app.Id, new LogLine(At.AddTicks(9301631), "web-1", "hello"));
        server.Log.Add(app.Id, new LogLine(At, "worker-1", "other"));
        using var anonymous = new HttpClient();

        Assert.Contains("?token=", url, StringComparison.Ordinal);
        var dump = await Answer.ReadAsync(await anonymous.GetAsync($"{url}&filter=web&n=100"));

        Assert.Equal("2026-02-16 02:02:43.930163100 +0000 UTC [web-1] hello\n", dump.Text);
        Assert.Equal("text/plain", dump.Message.Content.Headers.ContentType!.MediaType);
        Assert.Equal(2, (await anonymous.GetStringAsync(url)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.NotNull(tenant);
    }

    [Fact]
    public async Task ADump_IsTwentyLinesUnlessAskedOtherwise()
    {
        var (_, app, url) = await NewAsync();
        using var anonymous = new HttpClient();
        Assert.Equal(HttpStatusCode.NoContent, (await anonymous.GetAsync(url)).StatusCode);
        for (var i = 0; i < 50; i++)
            server.Log.Append(app.Id, "web-1", $"line {i}");

        Assert.Equal(20, (await anonymous.GetStringAsync(url)).Split('\n').Length - 1);
        Assert.Equal(35, (await anonymous.GetStringAsync($"{url}&n=35&stream=false")).Split('\n').Length - 1);
        Assert.Equal(HttpStatusCode.BadRequest, (await anonymous.GetAsync($"{url}&n=many")).StatusCode);
    }

    [Fact]
    public async Task ALogAddress_IsForItsAppOnly()
    {
        var (_, app, url) = await NewAsync();
        var (_, other, _) = await NewAsync();
        using var anonymous = new HttpClient();

        var swapped = url.Replace(app.Id.Value, other.Id.Value, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync(swapped)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.GetAsync(url.Split('?')[0])).StatusCode);
    }

    [Fact]
    public async Task AFollower_GetsFramesAndPings_ByWebSocketWithARawFilter()
    {
        var (_, app, url) = await NewAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url.Replace("http://", "ws://", StringComparison.Ordinal) + "&stream=true&filter=web-1|worker"), Limit());
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 1, "the follower is there");

        var ping = await socket.ReadTextAsync(Limit());
        server.Log.Add(app.Id, new LogLine(At, "router", "not wanted"));
        server.Log.Add(app.Id, new LogLine(At, "web-1", "wanted"));
        JsonElement frame;
        do
            frame = JsonDocument.Parse(await socket.ReadTextAsync(Limit())).RootElement;
        while (frame.GetProperty("event").GetString() == "ping");

        Assert.Equal("""{"event":"ping"}""", ping);
        Assert.Equal("log", frame.GetProperty("event").GetString());
        Assert.Equal("2026-02-16 02:02:43.000000000 +0000 UTC [web-1] wanted\n", frame.GetProperty("log").GetString());
        Assert.Equal(At, frame.GetProperty("timestamp").GetDateTimeOffset());
        socket.Abort();
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 0, "the server notices that the follower left");
    }

    [Fact]
    public async Task AFollower_WithoutWebSocket_GetsAnEventStream()
    {
        var (_, app, url) = await NewAsync();
        using var anonymous = new HttpClient();
        using var response = await anonymous.GetAsync($"{url}&stream=true", HttpCompletionOption.ResponseHeadersRead, Limit());
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 1, "the follower is there");
        server.Log.Add(app.Id, new LogLine(At, "web-1", "wanted"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Limit()));

        string? line;
        do
            line = await reader.ReadLineAsync(Limit());
        while (line is not null && !line.Contains("wanted", StringComparison.Ordinal));

        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        response.Dispose();
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 0, "the server notices that the follower left");
    }

    [Fact]
    public async Task AFollower_OfMany_GetsEachInAFrameOfItsOwn()
    {
        const int count = 20_000;
        var (_, app, url) = await NewAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url.Replace("http://", "ws://", StringComparison.Ordinal) + "&stream=true"), Limit());
        using var anonymous = new HttpClient();
        using var response = await anonymous.GetAsync($"{url}&stream=true", HttpCompletionOption.ResponseHeadersRead, Limit());
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 2, "the followers are there");
        for (var i = 0; i < count; i++)
            server.Log.Add(app.Id, new LogLine(At, "web-1", $"{i}"));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Limit()));

        Assert.Equal(Enumerable.Range(0, count), await NumbersAsync(async () => JsonDocument.Parse(await socket.ReadTextAsync(Limit()))));
        Assert.Equal(Enumerable.Range(0, count), await NumbersAsync(async () =>
        {
            Assert.StartsWith("event: ", await reader.ReadLineAsync(Limit()), StringComparison.Ordinal);
            var data = (await reader.ReadLineAsync(Limit()))!;
            Assert.Equal("", await reader.ReadLineAsync(Limit()));
            return JsonDocument.Parse(data["data: ".Length..]);
        }));
        socket.Abort();

        static async Task<List<int>> NumbersAsync(Func<Task<JsonDocument>> next)
        {
            List<int> numbers = [];
            while (numbers.Count < count)
            {
                var frame = (await next()).RootElement;
                if (frame.GetProperty("event").GetString() == "log")
                    numbers.Add(int.Parse(frame.GetProperty("log").GetString()!.TrimEnd().Split(' ')[^1], null));
            }

            return numbers;
        }
    }

    [Fact]
    public async Task AFollower_ThatAsksAfterAPosition_GetsOneWithEachLine()
    {
        var (_, app, url) = await NewAsync();
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url.Replace("http://", "ws://", StringComparison.Ordinal) + "&stream=true&after=web-1.ct-1@0.1.5.1"), Limit());
        var first = JsonDocument.Parse(await socket.ReadTextAsync(Limit())).RootElement;
        await Until.TrueAsync(() => server.Log.Followers(app.Id) == 1, "the follower is there");
        server.Log.Add(app.Id, new LogLine(At, "web-1", "wanted") { Position = LogPosition.Parse("web-1.ct-1@0.2.12.2") });
        JsonElement frame;
        do
            frame = JsonDocument.Parse(await socket.ReadTextAsync(Limit())).RootElement;
        while (frame.GetProperty("event").GetString() == "ping");

        Assert.Equal(("position", "web-1.ct-1@0.1.5.1"), (first.GetProperty("event").GetString(), first.GetProperty("position").GetString()));
        Assert.Equal("web-1.ct-1@0.2.12.2", frame.GetProperty("position").GetString());
        socket.Abort();
        using var anonymous = new HttpClient();
        foreach (var wrong in new[] { "x", "a@1.2.3", "a@0.-1.0.0", "a@10.0.5.0", "a@0.0.99999999999999999999.0" })
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await anonymous.GetAsync($"{url}&stream=true&after={wrong}", Limit())).StatusCode);
    }

    [Fact]
    public async Task AFollower_ThatAsksForThePastToo_GetsItBeforeThePosition()
    {
        var (_, app, url) = await NewAsync();
        server.Log.Add(app.Id, new LogLine(At, "web-1", "long ago") { Position = LogPosition.Parse("web-1.ct-1@0.1.9.1") });
        server.Log.Add(app.Id, new LogLine(At, "web-1", "at the end") { Position = LogPosition.Parse("web-1.ct-1@0.2.20.2") });
        // Written after the end was looked up: the stream brings it.
        server.Log.Add(app.Id, new LogLine(At, "web-1", "behind it") { Position = LogPosition.Parse("web-1.ct-1@0.2.30.3") });
        server.Log.Add(app.Id, new LogLine(At, "web-2", "of another one") { Position = LogPosition.Parse("web-2.ct-2@0.0.5.1") });
        server.Log.Ends[app.Id] = LogCursor.Parse("web-1.ct-1@0.2.20.2");
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url.Replace("http://", "ws://", StringComparison.Ordinal) + "&stream=true&n=3&after="), Limit());
        List<string> frames = [];
        while (!frames.LastOrDefault("").Contains("position", StringComparison.Ordinal))
            frames.Add(await socket.ReadTextAsync(Limit()));

        Assert.Equal(2, frames.Count);
        Assert.EndsWith("[web-1] at the end\n", JsonDocument.Parse(frames[0]).RootElement.GetProperty("log").GetString(), StringComparison.Ordinal);
        Assert.Equal("web-1.ct-1@0.2.20.2", JsonDocument.Parse(frames[1]).RootElement.GetProperty("position").GetString());
        socket.Abort();
        using var anonymous = new HttpClient();
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await anonymous.GetAsync($"{url}&stream=true&after=&n=many", Limit())).StatusCode);
    }

    private async Task<(Tenant Tenant, App App, string Url)> NewAsync()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var answer = await tenant.GetAsync($"/v1/apps/{app.Name}/logs?");
        answer.Root("app").Has("id!", "name!");
        return (tenant, app, answer.Root("logs_url").GetString()!);
    }

    private static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}

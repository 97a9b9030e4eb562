using Xunit;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Tests;

public sealed class FailureTests
{
    private const string Good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("garbage that is no HTTP\r\n\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le", false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: x1\r\nBroken header\r\n\r\n", false)]
    public async Task Answer_Broken_Gets502(string answer, bool reset)
    {
        await using var app = RawServer.Answering(answer, reset);
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        using var response = await edge.GetAsync();

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal("invalid-answer", response.Headers.GetValues("X-Scalingo-Error").Single());
        Assert.Empty(edge.Errors.Messages);
    }

    [Fact]
    public async Task Answer_CutInItsBody_ReachesTheClientAsCut()
    {
        await using var app = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        await Assert.ThrowsAsync<HttpRequestException>(() => edge.Client.GetStringAsync("/", Token));
    }

    [Fact]
    public async Task Target_RefusesConnections_TheNextOneAnswersWhateverTheMethod()
    {
        await using var app = await AppServer.StartAsync(async http =>
            await http.Response.WriteAsync(await new StreamReader(http.Request.Body).ReadToEndAsync(Token), Token));
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(FreePort.Take(), app.Port, FreePort.Take());

        for (var i = 0; i < 6; i++)
        {
            using var response = await edge.Client.PostAsync("/", new StringContent($"body {i}"), Token);
            Assert.Equal($"body {i}", await response.Content.ReadAsStringAsync(Token));
        }
    }

    [Fact]
    public async Task Target_ClosesBeforeAnyByteOfTheAnswer_AGetGoesToAnotherAndAPostDoesNot()
    {
        await using var broken = RawServer.Answering("");
        await using var app = await AppServer.StartAsync("good");
        await using var edge = await EdgeHost.StartAsync(o => o.QuarantineBase = TimeSpan.FromMilliseconds(1));
        edge.Route(broken.Port, app.Port);

        Assert.Equal("good", await edge.Client.GetStringAsync("/", Token));
        var tried = broken.Connections;
        Assert.InRange(tried, 1, 4);
        await Until.TrueAsync(async () =>
        {
            using var response = await edge.Client.PostAsync("/", new StringContent("pay 10"), Token);
            return response.StatusCode == HttpStatusCode.BadGateway;
        }, "the broken one is out of quarantine and gets a POST, which goes nowhere else");
    }

    [Fact]
    public async Task Connection_KeptAliveAndClosedByTheApp_CostsNoRequest()
    {
        // Each connection answers twice, then closes without a word about it.
        await using var app = new RawServer(async (socket, token) =>
        {
            for (var i = 0; i < 2; i++)
            {
                await RawServer.ReadHeadAsync(socket, token);
                await socket.SendAsync(Encoding.ASCII.GetBytes(Good), token);
            }
            await RawServer.ReadHeadAsync(socket, token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        for (var i = 0; i < 20; i++)
            Assert.Equal("ok", await edge.Client.GetStringAsync("/", Token));
        Assert.InRange(app.Connections, 5, 11);
    }

    [Fact]
    public async Task Quarantine_BrokenTarget_IsLeftAloneThenProbedAndComesBack()
    {
        var works = false;
        var asked = 0;
        await using var shaky = new RawServer(async (socket, token) =>
        {
            await RawServer.ReadHeadAsync(socket, token);
            Interlocked.Increment(ref asked);
            if (Volatile.Read(ref works))
                await socket.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nshaky"u8.ToArray(), token);
        });
        await using var good = await AppServer.StartAsync("good");
        await using var edge = await EdgeHost.StartAsync(o => o.QuarantineBase = TimeSpan.FromMilliseconds(250));
        edge.Route(shaky.Port, good.Port);

        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 50; i++)
            Assert.Equal("good", await edge.Client.GetStringAsync("/", Token));
        // At most the first try and those that fell due: after 250 ms, 500 ms, 1 s …
        // The HTTP client makes up to four connections of one try.
        Assert.InRange(asked, 1, 4 * (2 + (int)Math.Log2(1 + clock.ElapsedMilliseconds / 250.0)));
        Volatile.Write(ref works, true);
        var seen = new List<string>();
        await Until.TrueAsync(() =>
        {
            seen.Add(edge.Client.GetStringAsync("/", Token).GetAwaiter().GetResult());
            return seen.TakeLast(4).Count(s => s == "shaky") == 2;
        }, "the target takes its turn again");
    }

    [Fact]
    public async Task Quarantine_AllTargetsRefuse_Gets502AtOnceAndRecovers()
    {
        var port = FreePort.Take();
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(port);

        using var first = await edge.GetAsync();
        using var second = await edge.GetAsync();
        Assert.Equal(HttpStatusCode.BadGateway, first.StatusCode);
        Assert.Equal("all-quarantined", second.Headers.GetValues("X-Scalingo-Error").Single());

        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        var serving = ServeOneAsync(listener);
        await Until.TrueAsync(() => edge.GetAsync().GetAwaiter().GetResult().IsSuccessStatusCode, "the app is back");
        await serving;
    }

    [Fact]
    public async Task FirstByte_TooLate_Gets504AndTheAppIsToldByTheClosedConnection()
    {
        var closed = new TaskCompletionSource();
        await using var app = new RawServer(async (socket, token) =>
        {
            await RawServer.ReadHeadAsync(socket, token);
            await socket.ReceiveAsync(new byte[1], token);
            closed.SetResult();
        });
        await using var edge = await EdgeHost.StartAsync(o => o.FirstByteTimeout = TimeSpan.FromMilliseconds(300));
        edge.Route(app.Port);

        // Well before the other limit, the idle time of 60 s, which gives the same answer.
        using var response = await edge.GetAsync().WaitAsync(TimeSpan.FromSeconds(20), Token);

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("timeout", response.Headers.GetValues("X-Scalingo-Error").Single());
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task FirstByte_SlowUpload_DoesNotCountAgainstTheApp()
    {
        await using var app = await AppServer.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, Token);
            await http.Response.WriteAsync("ok", Token);
        });
        await using var edge = await EdgeHost.StartAsync(o => o.FirstByteTimeout = TimeSpan.FromMilliseconds(400));
        edge.Route(app.Port);
        await using var stream = await edge.ConnectAsync(Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"), Token);
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(200, Token);
            await stream.WriteAsync("x"u8.ToArray(), Token);
        }

        Assert.StartsWith("HTTP/1.1 200", await new StreamReader(stream).ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_SilentTooLong_IsCut()
    {
        await using var app = new RawServer(async (socket, token) =>
        {
            await RawServer.ReadHeadAsync(socket, token);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nstart"u8.ToArray(), token);
            await Task.Delay(Timeout.Infinite, token);
        });
        await using var edge = await EdgeHost.StartAsync(o => o.IdleTimeout = TimeSpan.FromMilliseconds(300));
        edge.Route(app.Port);

        await Assert.ThrowsAsync<HttpRequestException>(() => edge.Client.GetStringAsync("/", Token)).WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task Queue_OverTheLimit_Gets503AndStreamsDoNotCount()
    {
        var release = new TaskCompletionSource();
        await using var app = await AppServer.StartAsync(async http =>
        {
            if (http.Request.Path == "/stream")
                await http.Response.WriteAsync("begun", Token);
            await release.Task;
        });
        await using var edge = await EdgeHost.StartAsync(o => (o.ConcurrencyPerContainer, o.QueuePerContainer) = (2, 1));
        edge.Route(app.Port);
        var id = new Domain.ContainerId($"c-{app.Port}");

        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i < 5; i++)
            streams.Add(await edge.Client.GetAsync("/stream", HttpCompletionOption.ResponseHeadersRead, Token));
        var waiting = Enumerable.Range(0, 3).Select(_ => edge.GetAsync()).ToList();
        await Until.TrueAsync(() => edge.Table.InFlight(id) == 8, "three requests wait");
        using var over = await edge.GetAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, over.StatusCode);
        Assert.Equal("queue-full", over.Headers.GetValues("X-Scalingo-Error").Single());
        release.SetResult();
        foreach (var response in await Task.WhenAll(waiting))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        using var after = await edge.GetAsync();
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact]
    public async Task Client_GoesAway_IsLoggedAs499AndTheAppIsTold()
    {
        var (asked, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await AppServer.StartAsync(async http =>
        {
            http.RequestAborted.Register(() => told.TrySetResult());
            asked.TrySetResult();
            await told.Task;
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(r => r with { RouterLogs = true }, app.Port);
        await using (var stream = await edge.ConnectAsync(Token))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\n\r\n"), Token);
            // A request that has not reached the app yet is nothing to tell it of.
            await asked.Task.WaitAsync(Until.Limit, Token);
            Assert.Equal(1, edge.Table.InFlight(new($"c-{app.Port}")));
        }

        await told.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        await Until.TrueAsync(() => edge.Lines.Any(l => l.Contains("status=499", StringComparison.Ordinal)), "the line is there");
        Assert.Equal(0, edge.Table.InFlight(new($"c-{app.Port}")));
    }

    [Fact]
    public async Task RequestLog_On_GetsOneLineWithAllKeysAndEscapedValues()
    {
        await using var app = await AppServer.StartAsync("hello");
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(r => r with { RouterLogs = true }, app.Port);

        await edge.RawAsync($"GET /a?b=\"c HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nUser-Agent: x\" forged=\"1\r\nConnection: close\r\nX-Request-ID: aaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\n");

        await Until.TrueAsync(() => !edge.Lines.IsEmpty, "a line");
        Assert.Matches("^method=GET path=\"/a\\?b=\\\\\"c\" host=\"my-app.apps.localhost\" request_id=aaaaaaaaaaaaaaaaaaaaaaaa container=web-1 " +
            "from=\"127.0.0.1\" protocol=http status=200 duration=[0-9.]+s bytes=5 referer=\"-\" user_agent=\"x\\\\\" forged=\\\\\"1\"$", Assert.Single(edge.Lines));
    }

    private static async Task ServeOneAsync(TcpListener listener)
    {
        using var socket = await listener.AcceptSocketAsync(Token);
        await RawServer.ReadHeadAsync(socket, Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(Good), Token);
    }
}

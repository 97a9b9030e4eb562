using Xunit;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Tests;

public sealed class StreamingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WebSocket_Echo_WorksBothWays()
    {
        await using var app = await AppServer.StartAsync(EchoAsync);
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);
        using var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = async (_, t) => await edge.ConnectAsync(t) });
        await socket.ConnectAsync(new Uri($"ws://{EdgeHost.Host}/chat"), invoker, Token);

        foreach (var text in new[] { "one", "two", new string('x', 100_000) })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Token);
            Assert.Equal(text, await ReceiveAsync(socket));
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", Token);

        await Until.TrueAsync(() => edge.Table.InFlight(new($"c-{app.Port}")) == 0, "the socket left");
        Assert.Empty(edge.Errors.Messages);
    }

    [Fact]
    public async Task EventStream_HeadersAndEachEvent_ArriveAtOnce()
    {
        var next = new SemaphoreSlim(0);
        await using var app = await AppServer.StartAsync(async http =>
        {
            http.Response.ContentType = "text/event-stream";
            await http.Response.Body.FlushAsync(Token);
            for (var i = 0; i < 3; i++)
            {
                await next.WaitAsync(Token);
                await http.Response.WriteAsync($"data: {i}\n\n", Token);
            }
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        using var response = await edge.Client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead, Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Token));
        for (var i = 0; i < 3; i++)
        {
            next.Release();
            Assert.Equal($"data: {i}", await reader.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token));
            await reader.ReadLineAsync(Token);
        }
    }

    [Fact]
    public async Task Upload_PieceByPiece_ReachesTheAppBeforeItEnds()
    {
        var arrived = new SemaphoreSlim(0);
        await using var app = await AppServer.StartAsync(async http =>
        {
            var buffer = new byte[1];
            while (await http.Request.Body.ReadAsync(buffer, Token) > 0)
                arrived.Release();
            await http.Response.WriteAsync("done", Token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);
        await using var stream = await edge.ConnectAsync(Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"), Token);

        for (var i = 0; i < 3; i++)
        {
            await stream.WriteAsync("1\r\nx\r\n"u8.ToArray(), Token);
            Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(10), Token));
        }
        await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), Token);

        Assert.EndsWith("done\r\n0\r\n\r\n", await new StreamReader(stream).ReadToEndAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_Large_PassUnchangedBothWays()
    {
        await using var app = await AppServer.StartAsync(async http =>
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, Token);
            await http.Response.Body.WriteAsync(body.ToArray(), Token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);
        var sent = new byte[20_000_000];
        new Random(1).NextBytes(sent);

        using var response = await edge.Client.PostAsync("/", new ByteArrayContent(sent), Token);

        Assert.Equal(sent, await response.Content.ReadAsByteArrayAsync(Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_OverTheLimit_Gets413(bool chunked)
    {
        await using var app = await AppServer.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, Token);
            await http.Response.WriteAsync("stored", Token);
        });
        await using var edge = await EdgeHost.StartAsync(o => o.MaxBodyBytes = 100_000);
        edge.Route(app.Port);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[150_000]) };
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await edge.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("body-too-large", response.Headers.GetValues("X-Scalingo-Error").Single());
    }

    [Fact]
    public async Task Body_Of75Megabytes_PassesByDefault()
    {
        await using var app = await AppServer.StartAsync(async http =>
        {
            var count = 0L;
            var buffer = new byte[65536];
            for (int n; (n = await http.Request.Body.ReadAsync(buffer, Token)) > 0;)
                count += n;
            await http.Response.WriteAsync(count.ToString(System.Globalization.CultureInfo.InvariantCulture), Token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        using var fits = await edge.Client.PostAsync("/", new ByteArrayContent(new byte[75_000_000]), Token);
        using var tooLarge = await edge.Client.PostAsync("/", new ByteArrayContent(new byte[80_000_000]), Token);

        Assert.Equal("75000000", await fits.Content.ReadAsStringAsync(Token));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close)
                break;
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
    }

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(), Token);
            text.Append(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }
        while (!received.EndOfMessage);
        return text.ToString();
    }
}

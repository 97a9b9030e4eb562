using Xunit;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Router.Tests;

public sealed class HeaderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_FromAStranger_GetsTheDocumentedHeadersAndLosesForgedOnes()
    {
        await using var app = await AppServer.StartAsync(DumpAsync);
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var seen = await edge.RawAsync($"GET / HTTP/1.0\r\nHost: {EdgeHost.Host}:8080\r\nConnection: X-Hop\r\nX-Hop: 1\r\n" +
            "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n" +
            "Proxy: http://evil\r\nX-Request-ID: short\r\nKeep: this\r\n\r\n");

        Assert.Contains("X-Real-IP: 127.0.0.1\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-For: 127.0.0.1\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: http\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Port: 8080\n", seen, StringComparison.Ordinal);
        Assert.Matches("X-Request-ID: [0-9a-f]{8}-[0-9a-f-]{27}\n", seen);
        Assert.Matches("X-Request-Start: t=[0-9]{10}\\.[0-9]{3}\n", seen);
        Assert.Contains("Keep: this\n", seen, StringComparison.Ordinal);
        Assert.Contains($"Host: {EdgeHost.Host}:8080\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("6.6.6.6", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Hop", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_FromATrustedFront_KeepsWhatTheFrontSaysOfTheClient()
    {
        await using var app = await AppServer.StartAsync(DumpAsync);
        await using var edge = await EdgeHost.StartAsync(o => o.TrustedProxies.Add("127.0.0.1"));
        edge.Route(app.Port);

        var seen = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\n" +
            "X-Forwarded-For: 6.6.6.6, 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n");

        Assert.Contains("X-Real-IP: 9.9.9.9\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: https\n", seen, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Port: 443\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abcdefghij0123456789", true)]
    [InlineData("abcdefghij+/=-0123456789ABCDEF", true)]
    [InlineData("abcdefghij012345678", false)]
    [InlineData("abcdefghij0123456789_", false)]
    [InlineData("abcdefghij 0123456789", false)]
    public async Task RequestId_OfTheClient_IsKeptWhenItFollowsTheRule(string id, bool kept)
    {
        await using var app = await AppServer.StartAsync(DumpAsync);
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var seen = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\nX-Request-ID: {id}\r\n\r\n");

        Assert.Equal(kept, seen.Contains($"X-Request-ID: {id}\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/a%2Fb/%5Bx%5D;p=1?q=%zz&r=a+b|c")]
    [InlineData("/caf%C3%A9//double")]
    public async Task Target_OddPathsAndQueries_ReachTheAppUnchanged(string target)
    {
        await using var app = await AppServer.StartAsync(http =>
            http.Response.WriteAsync("raw=" + http.Features.Get<IHttpRequestFeature>()!.RawTarget + "\n"));
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var seen = await edge.RawAsync($"GET {target} HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\n\r\n");

        Assert.Contains($"raw={target}\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HeaderValues_NotAscii_PassByteForByteBothWays()
    {
        var seenByApp = "";
        await using var app = new RawServer(async (socket, token) =>
        {
            seenByApp = await RawServer.ReadHeadAsync(socket, token);
            await socket.SendAsync(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX-Name: caf\u00e9\r\nContent-Length: 0\r\n\r\n"), token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\nX-Name: \u00c3\u00a9t\u00e9\r\n\r\n");

        Assert.Contains("X-Name: \u00c3\u00a9t\u00e9\r\n", seenByApp, StringComparison.Ordinal);
        Assert.Contains("X-Name: caf\u00e9\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nContent-Length : 4\r\n\r\nabcd")]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: H\r\nHost: other\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: H\r\nX-A: 1\r\n folded: 2\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("GET http://other/ HTTP/1.1\r\nHost: H\r\n\r\n")]
    [InlineData("garbage\r\n\r\n")]
    public async Task Request_AmbiguousOrMalformed_IsRejectedAndClosedBeforeTheAppSeesMore(string request)
    {
        await using var app = await AppServer.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null);
            await http.Response.WriteAsync("served");
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var answer = await edge.RawAsync(request.Replace("Host: H", "Host: " + EdgeHost.Host, StringComparison.Ordinal));

        Assert.Matches("^HTTP/1.1 (400|501)", answer);
        Assert.DoesNotContain("served", answer, StringComparison.Ordinal);
        Assert.Empty(edge.Errors.Messages);
    }

    [Theory]
    [InlineData("Content-Length: +4\r\n")]
    [InlineData("Content-Length:  04\r\n")]
    [InlineData("X-A: 1\nContent-Length: 4\0\r\n")]
    public async Task Framing_WrittenOddly_ReachesTheAppInPlainForm(string headers)
    {
        var seen = "";
        await using var app = new RawServer(async (socket, token) =>
        {
            seen = await RawServer.ReadHeadAsync(socket, token);
            await socket.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token);
        });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        await edge.RawAsync($"POST / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\n{headers}\r\nabcd");

        Assert.Contains("Content-Length: 4\r\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 8100, 200)]
    [InlineData(1, 8192, 431)]
    [InlineData(3, 8000, 200)]
    [InlineData(5, 8000, 431)]
    public async Task Headers_OverTheLimit_Get431(int count, int length, int status)
    {
        await using var app = await AppServer.StartAsync("ok");
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);
        var headers = string.Concat(Enumerable.Range(0, count).Select(i => $"X-Big-{i}: {new string('a', length)}\r\n"));

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {EdgeHost.Host}\r\nConnection: close\r\n{headers}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }

    private static async Task DumpAsync(HttpContext http)
    {
        foreach (var (name, value) in http.Request.Headers)
            await http.Response.WriteAsync($"{name}: {value}\n", Token);
    }
}

using Xunit;
using System.Net;
using Gantry.Domain;
using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Tests;

public sealed class RoutingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("my-app.apps.localhost")]
    [InlineData("MY-App.Apps.LocalHost:8080")]
    [InlineData("my-app.apps.localhost.")]
    public async Task Host_AnyCasePortOrFinalDot_ReachesTheApp(string host)
    {
        await using var app = await AppServer.StartAsync(http => http.Response.WriteAsync(http.Request.Host.Value!));
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains(host, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html,*/*", "text/html", "<!doctype html>")]
    [InlineData("*/*", "text/plain", "404 No app here")]
    public async Task Host_Unknown_Gets404AsTheClientLikesIt(string accept, string type, string start)
    {
        await using var edge = await EdgeHost.StartAsync();
        edge.Table.Swap(RouteTableModel.Empty);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Accept", accept);

        using var response = await edge.Client.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("unknown-host", response.Headers.GetValues("X-Scalingo-Error").Single());
        Assert.StartsWith(start, await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_BeforeTheFirstTable_WaitForItButNotForEver()
    {
        await using var app = await AppServer.StartAsync("served");
        await using var edge = await EdgeHost.StartAsync();
        await using var never = await EdgeHost.StartAsync(o => o.FirstByteTimeout = TimeSpan.FromMilliseconds(200));

        var early = edge.Client.GetStringAsync("/", Token);
        using var refused = await never.GetAsync();
        Assert.False(early.IsCompleted);
        edge.Route(app.Port);

        Assert.Equal("served", await early);
        Assert.Equal("platform-starting", refused.Headers.GetValues("X-Scalingo-Error").Single());
    }

    [Fact]
    public async Task App_StoppedOrWithoutContainer_Gets503ThatSaysWhich()
    {
        await using var edge = await EdgeHost.StartAsync();

        edge.Route(r => r with { Stopped = true }, Array.Empty<RouteTarget>());
        using var stopped = await edge.GetAsync();
        edge.Route(Array.Empty<int>());
        using var notReady = await edge.GetAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, stopped.StatusCode);
        Assert.Equal("app-stopped", stopped.Headers.GetValues("X-Scalingo-Error").Single());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, notReady.StatusCode);
        Assert.Equal("app-not-ready", notReady.Headers.GetValues("X-Scalingo-Error").Single());
    }

    [Fact]
    public async Task Requests_ManyTargets_GoRoundRobinStrictly()
    {
        await using var a = await AppServer.StartAsync("a");
        await using var b = await AppServer.StartAsync("b");
        await using var c = await AppServer.StartAsync("c");
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(a.Port, b.Port, c.Port);

        var seen = "";
        for (var i = 0; i < 9; i++)
            seen += await edge.Client.GetStringAsync("/", Token);

        Assert.Equal("abcabcabc", seen);
    }

    [Fact]
    public async Task Sticky_CookieOfThisVersion_StaysAndOfAnOldVersionMoves()
    {
        await using var a = await AppServer.StartAsync("a");
        await using var b = await AppServer.StartAsync("b");
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(r => r with { StickySession = true }, a.Port, b.Port);

        using var first = await edge.GetAsync();
        var home = await first.Content.ReadAsStringAsync(Token);
        var setCookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("sc-sticky-session=", setCookie, StringComparison.Ordinal);
        Assert.Contains("Max-Age=86400; Path=/; HttpOnly", setCookie, StringComparison.Ordinal);
        var cookie = setCookie.Split(';')[0];

        for (var i = 0; i < 5; i++)
            Assert.Equal(home, await SendAsync(edge, cookie));
        edge.Route(r => r with { StickySession = true, Version = "v2" }, a.Port, b.Port);
        var after = new HashSet<string>();
        for (var i = 0; i < 4; i++)
            after.Add(await SendAsync(edge, cookie));

        Assert.Equal(2, after.Count);
    }

    [Fact]
    public async Task ForceHttps_PlainRequest_IsRedirectedOnlyWhenThereIsATlsPort()
    {
        await using var app = await AppServer.StartAsync("plain");
        await using var without = await EdgeHost.StartAsync();
        await using var with = await EdgeHost.StartAsync(o => o.HttpsPort = 8443);
        without.Route(r => r with { ForceHttps = true }, app.Port);
        with.Route(r => r with { ForceHttps = true }, app.Port);

        using var served = await without.GetAsync("/x?y=1");
        using var moved = await with.GetAsync("/x?y=1");

        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        Assert.Equal(HttpStatusCode.MovedPermanently, moved.StatusCode);
        Assert.Equal($"https://{EdgeHost.Host}:8443/x?y=1", moved.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task ForceHttps_TrustedFrontSaysHttps_IsServedWithHsts()
    {
        await using var app = await AppServer.StartAsync(http => http.Response.WriteAsync(http.Request.Headers["X-Forwarded-Proto"]!));
        await using var edge = await EdgeHost.StartAsync(o => { o.HttpsPort = 443; o.TrustedProxies.Add("127.0.0.0/8"); });
        edge.Route(r => r with { ForceHttps = true }, app.Port);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-Proto", "https");

        using var response = await edge.Client.SendAsync(request, Token);

        Assert.Equal("https", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("max-age=31536000", response.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task InFlight_WhileAndAfterARequest_IsExact()
    {
        var gate = new TaskCompletionSource();
        await using var app = await AppServer.StartAsync(async http => { await gate.Task; await http.Response.WriteAsync("x"); });
        await using var edge = await EdgeHost.StartAsync();
        edge.Route(app.Port);
        var id = new ContainerId($"c-{app.Port}");

        var requests = Enumerable.Range(0, 3).Select(_ => edge.GetAsync()).ToArray();
        await Until.TrueAsync(() => edge.Table.InFlight(id) == 3, "three in flight");
        edge.Table.Swap(RouteTableModel.Empty);
        Assert.Equal(3, edge.Table.InFlight(id));
        gate.SetResult();
        foreach (var response in await Task.WhenAll(requests))
            response.Dispose();

        await Until.TrueAsync(() => edge.Table.InFlight(id) == 0, "none in flight");
    }

    [Fact]
    public async Task Swap_UnderLoadWithOldContainersGoing_LosesNoRequest()
    {
        await using var edge = await EdgeHost.StartAsync();
        var current = await AppServer.StartAsync("0");
        edge.Route(current.Port);
        using var stop = new CancellationTokenSource();
        var failures = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var done = 0;
        var load = Enumerable.Range(0, 8).Select(n => Task.Run(() => LoadAsync(n), Token)).ToArray();

        for (var version = 1; version <= 20; version++)
        {
            var next = await AppServer.StartAsync(version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            var before = Volatile.Read(ref done);
            var old = new ContainerId($"c-{current.Port}");
            edge.Route(r => r with { Version = $"v{version}" }, next.Port);
            await Until.TrueAsync(() => edge.Table.InFlight(old) == 0, "the old container drained");
            await current.StopAsync();
            await current.DisposeAsync();
            current = next;
            await Until.TrueAsync(() => Volatile.Read(ref done) > before + 50, "load goes on");
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);
        await current.DisposeAsync();

        Assert.Empty(failures);
        Assert.Empty(edge.Errors.Messages);

        async Task LoadAsync(int n)
        {
            while (!stop.IsCancellationRequested)
            {
                using var request = new HttpRequestMessage(n % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, "/");
                if (n % 2 == 1)
                    request.Content = new StringContent("body");
                try
                {
                    using var response = await edge.Client.SendAsync(request, Token);
                    if (!response.IsSuccessStatusCode)
                        failures.Enqueue($"{response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}");
                }
                catch (HttpRequestException e)
                {
                    failures.Enqueue(e.ToString());
                }
                Interlocked.Increment(ref done);
            }
        }
    }

    private static async Task<string> SendAsync(EdgeHost edge, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", "other=1; " + cookie);
        using var response = await edge.Client.SendAsync(request, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }
}

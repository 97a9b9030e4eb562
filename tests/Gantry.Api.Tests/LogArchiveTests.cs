using System.IO.Compression;
using System.Net;
using Gantry.Agent.Logs;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

public sealed class LogArchiveTests(ApiServer server)
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Archives_AreListedInPagesAndDownloadedByTheirAddressOnly()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        server.Archives.Kept[app.Id] = [.. Enumerable.Range(0, 25).Select(i => new LogArchive($"web-1.ct-{i}@0", At, At.AddHours(1), 1000 + i))];

        var first = (await tenant.GetAsync($"/v1/apps/{app.Name}/logs_archives?page=1")).Body;
        var second = (await tenant.GetAsync($"/v1/apps/{app.Name}/logs_archives?cursor={first.GetProperty("next_cursor").GetString()}")).Body;

        Assert.Equal((20, true), (first.GetProperty("archives").GetArrayLength(), first.GetProperty("has_more").GetBoolean()));
        Assert.Equal((5, false), (second.GetProperty("archives").GetArrayLength(), second.GetProperty("has_more").GetBoolean()));
        var archive = second.GetProperty("archives")[0];
        Assert.Equal(1020, archive.GetProperty("size").GetInt64());
        Assert.Equal(At, archive.GetProperty("from").GetDateTimeOffset());
        using var anybody = new HttpClient();
        var url = archive.GetProperty("url").GetString()!;
        await using var packed = new GZipStream(await anybody.GetStreamAsync(url, TestContext.Current.CancellationToken), CompressionMode.Decompress);
        Assert.Equal("2026-01-02 03:04:05.000000000 +0000 UTC [web-1] line of web-1.ct-20@0\n", await new StreamReader(packed).ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Unauthorized, (await anybody.GetAsync(url.Replace("ct-20", "ct-21"), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anybody.GetAsync(url[..url.IndexOf('?')], TestContext.Current.CancellationToken)).StatusCode);
        server.Archives.Kept[app.Id].Clear();
        Assert.Equal(HttpStatusCode.NotFound, (await anybody.GetAsync(url, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=x")]
    [InlineData("cursor=-1")]
    public async Task Archives_PageThatIsNone_IsRefused(string query)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await tenant.GetAsync($"/v1/apps/{app.Name}/logs_archives?{query}")).Status);
    }
}

using System.Net;
using Gantry.Api.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Gantry.Api.Tests;

public sealed class LogDrainTests(ApiServer server)
{
    [Theory]
    [InlineData("""{"type":"syslog","url":"tcp+tls://logs.example.org:6514"}""", "tcp+tls://logs.example.org:6514")]
    [InlineData("""{"type":"syslog","url":"udp://logs.example.org:514"}""", "udp://logs.example.org:514")]
    [InlineData("""{"type":"syslog","host":"logs.example.org","port":"514","token":"t"}""", "tcp://:t@logs.example.org:514")]
    [InlineData("""{"type":"papertrail","host":"logs3.papertrailapp.com","port":"12345"}""", "tcp+tls://logs3.papertrailapp.com:12345")]
    [InlineData("""{"type":"ovh-graylog","host":"gra1.logs.ovh.com","token":"Secret","port":"","url":"","drain_region":""}""", "ovh://:Secret@gra1.logs.ovh.com:6514")]
    [InlineData("""{"type":"datadog","token":"AbC1","drain_region":"datadoghq.eu"}""", "datadog://AbC1?region=datadoghq.eu")]
    [InlineData("""{"type":"elk","url":"https://u:p@elastic.example.org:9243"}""", "https://u:p@elastic.example.org:9243")]
    [InlineData("""{"type":"logtail","token":"AbC1"}""", "betterstack://AbC1")]
    [InlineData("""{"type":"appsignal","token":"AbC1"}""", "appsignal://AbC1")]
    public async Task Drain_OfEachType_IsAddedListedAndRemoved(string drain, string url)
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/v1/apps/{(await tenant.NewAppAsync()).Name}/log_drains";

        var added = await tenant.SendAsync("POST", path, $$"""{"drain":{{drain}}}""");
        Assert.Equal(HttpStatusCode.Created, added.Status);
        Assert.Equal(url, added.Root("drain").GetProperty("url").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await tenant.SendAsync("POST", path, $$"""{"drain":{{drain}}}""")).Status);
        Assert.Equal([url], (await tenant.GetAsync(path)).Root("drains").EnumerateArray().Select(d => d.GetProperty("url").GetString()));
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"{path}?url={Uri.EscapeDataString(url)}")).Status);
        (await tenant.SendAsync("DELETE", path, $$"""{"url":"{{url}}"}""")).IsMissing("log_drain");
        Assert.Empty((await tenant.GetAsync(path)).Root("drains").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"type":"carrier-pigeon"}""", "type")]
    [InlineData("""{"type":"papertrail","port":"1"}""", "host")]
    [InlineData("""{"type":"papertrail","host":"h","port":"70000"}""", "port")]
    [InlineData("""{"type":"datadog"}""", "token")]
    [InlineData("""{"type":"datadog","token":"a/b"}""", "token")]
    [InlineData("""{"type":"elk"}""", "url")]
    [InlineData("""{"type":"elk","url":"file:///etc/passwd"}""", "url")]
    [InlineData("""{"type":"syslog","url":"tcp://no-port"}""", "url")]
    public async Task Drain_Incomplete_IsRefusedByField(string drain, string field)
    {
        var tenant = await server.NewTenantAsync();
        var path = $"/v1/apps/{(await tenant.NewAppAsync()).Name}/log_drains";

        var refused = await tenant.SendAsync("POST", path, $$"""{"drain":{{drain}}}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.True(refused.Root("errors").TryGetProperty(field, out _), refused.Body.ToString());
    }

    [Fact]
    public async Task Drain_WithASecret_IsSealedOnDiskAndAbsentFromTheTimeline()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/log_drains", """{"drain":{"type":"datadog","token":"VerySecretToken","drain_region":"us"}}""");

        var events = (await tenant.GetAsync($"/v1/apps/{app.Name}/events")).Body.ToString();
        Assert.Contains("new_log_drain", events);
        Assert.DoesNotContain("VerySecret", events);
        await using var records = new SqliteConnection($"Data Source={server.Folder}/records.db;Pooling=False");
        records.Open();
        using var look = records.CreateCommand();
        look.CommandText = "SELECT hex(sealed) || id || cursor FROM log_drains";
        using var rows = look.ExecuteReader();
        while (rows.Read()) Assert.DoesNotContain(Convert.ToHexString("VerySecret"u8), rows.GetString(0));
    }

    [Fact]
    public async Task Drains_OfAnotherTenant_AreNotThere()
    {
        var (owner, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var app = await owner.NewAppAsync();

        (await other.GetAsync($"/v1/apps/{app.Name}/log_drains")).IsMissing("app");
    }
}

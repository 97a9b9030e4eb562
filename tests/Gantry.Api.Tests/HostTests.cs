using System.Net;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class HostTests(ApiServer server)
{
    [Fact]
    public async Task Host_ShownAndListed_HasItsNumbers()
    {
        var root = await server.NewTenantAsync(isOperator: true);

        var listed = (await root.GetAsync("/admin/hosts")).Root("hosts").EnumerateArray().Single(h => h.GetProperty("id").GetString() == "host-1");
        var shown = (await root.GetAsync("/admin/hosts/host-1")).Root("host");

        Assert.Equal("box", listed.GetProperty("name").GetString());
        shown.Has("id!", "name!", "status!", "class!", "zone!", "labels!", "resources!", "registered_at!");
        shown.GetProperty("resources")[0].Has("name!", "capacity#", "promisable#", "reserved#", "used#");
        Assert.Equal(512L << 20, shown.GetProperty("memory_reserved").GetInt64());
        (await root.GetAsync("/admin/hosts/no-such")).IsMissing("host");
    }

    [Fact]
    public async Task Host_Changed_KeepsWhatWasNotNamed()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        await root.GetAsync("/admin/hosts");

        await root.SendAsync("PATCH", "/admin/hosts/host-1", """{"host":{"class":"big","zone":"paris-1","labels":{"disk":"ssd","gpu":"no"}}}""");
        await root.SendAsync("PATCH", "/admin/hosts/host-1", """{"host":{"cordoned":true,"labels":{"gpu":null}}}""");
        var host = (await root.GetAsync("/admin/hosts/host-1")).Root("host");
        var open = (await root.SendAsync("PATCH", "/admin/hosts/host-1", """{"host":{"cordoned":false,"class":""}}""")).Root("host");

        Assert.Equal(("cordoned", "big", "paris-1"), (host.GetProperty("status").GetString(), host.GetProperty("class").GetString(), host.GetProperty("zone").GetString()));
        Assert.Equal("""{"disk":"ssd"}""", host.GetProperty("labels").GetRawText());
        Assert.Equal(("ready", ""), (open.GetProperty("status").GetString(), open.GetProperty("class").GetString()));
        (await root.SendAsync("PATCH", "/admin/hosts/host-1", """{"host":{"labels":{"a b":"x"}}}""")).Refuses("labels", "letters");
        (await root.SendAsync("PATCH", "/admin/hosts/host-1", """{"host":{"zone":"a b"}}""")).Refuses("zone", "letters");
        (await root.SendAsync("PATCH", "/admin/hosts/no-such", """{"host":{"cordoned":true}}""")).IsMissing("host");
    }

    [Fact]
    public async Task JoinToken_Created_ComesWithTheWholeCommand()
    {
        var root = await server.NewTenantAsync(isOperator: true);

        var made = await root.SendAsync("POST", "/admin/hosts/tokens", """{"join_token":{"lifetime":600}}""");
        var usual = await root.SendAsync("POST", "/admin/hosts/tokens", "");

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var token = made.Root("join_token");
        token.Has("id!", "token!", "url!", "command!", "expires_at!");
        Assert.Equal($"gantryd agent --join https://10.0.0.1:7443 --token {token.GetProperty("token").GetString()}", token.GetProperty("command").GetString());
        Assert.InRange(token.GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(9), TimeSpan.FromMinutes(10));
        Assert.InRange(usual.Root("join_token").GetProperty("expires_at").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
        var told = (await root.GetAsync("/admin/events?per_page=100")).Root("events").EnumerateArray().Single(e => e.GetProperty("type_data").GetRawText().Contains(token.GetProperty("id").GetString()!, StringComparison.Ordinal));
        Assert.Equal("new_join_token", told.GetProperty("type").GetString());
        Assert.DoesNotContain(token.GetProperty("token").GetString()!, told.GetRawText(), StringComparison.Ordinal);
        (await root.SendAsync("POST", "/admin/hosts/tokens", """{"join_token":{"lifetime":5}}""")).Refuses("lifetime", "1 minute");
        Assert.Equal(HttpStatusCode.Forbidden, (await (await server.NewTenantAsync()).SendAsync("POST", "/admin/hosts/tokens", "")).Status);
    }

    [Fact]
    public async Task Host_Removed_IsNotListedAndCanNotBeRemovedTwice()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var hosts = server.Services.GetRequiredService<IHostStore>();
        await hosts.RegisterAsync(
            new Host { Id = new HostId("gone-1"), Name = "gone", Capacity = new Dictionary<string, long> { ["cpu"] = 1 }, RegisteredAt = DateTimeOffset.UnixEpoch, Address = "10.0.0.9:7444" }, default);

        Assert.Equal("10.0.0.9:7444", (await root.GetAsync("/admin/hosts/gone-1")).Root("host").GetProperty("address").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await root.SendAsync("DELETE", "/admin/hosts/gone-1", "")).Status);
        (await root.GetAsync("/admin/hosts/gone-1")).IsMissing("host");
        (await root.SendAsync("DELETE", "/admin/hosts/gone-1?force=true", "")).IsMissing("host");
    }

    [Fact]
    public async Task Cluster_AskedFor_ShowsHeatMovesAlarmsAndTheSnapshot()
    {
        var root = await server.NewTenantAsync(isOperator: true);

        var hotspots = (await root.GetAsync("/admin/cluster/hotspots")).Root("hotspots");

        hotspots.GetProperty("heat")[0].Has("host!", "resource!", "capacity#", "used!", "forecast!", "hot!");
        hotspots.GetProperty("moves")[0].Has("container!", "from!", "to!", "explanation!");
        Assert.Equal("no room", hotspots.GetProperty("alarms")[0].GetString());
        Assert.Equal(2, (await root.GetAsync("/admin/cluster/snapshot")).Root("version").GetInt32());
    }

    [Fact]
    public async Task Repacking_AskedFor_ShowsWavesAndWhatTheyAreGoodFor()
    {
        var root = await server.NewTenantAsync(isOperator: true);

        var repacking = (await root.GetAsync("/admin/cluster/repacking?objective=balance&max_moved=0.03&price=40")).Root("repacking");

        repacking.Has("hosts!", "freed!", "estimated_seconds!", "imbalance!", "risk!", "waves!", "kept!", "alarms!");
        Assert.Equal((40, 0.03), (repacking.GetProperty("saved_per_month").GetDouble(), repacking.GetProperty("moved_share").GetDouble()));
        repacking.GetProperty("waves")[0].GetProperty("moves")[0].Has("container!", "from!", "to!", "explanation!");
        (await root.GetAsync("/admin/cluster/repacking")).Refuses("objective", "balance");
    }

    [Fact]
    public async Task Placement_OfAContainer_IsFoundByIdAndByLabelOfItsApp()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var container = await tenant.AddContainerAsync(app, "web", 1);
        await server.Containers.UpdateAsync(
            container.Id, c => c with { Host = new HostId("host-1"), PlacedAt = DateTimeOffset.UtcNow, Placement = "host-1: best score" }, default);

        var byId = (await root.GetAsync($"/admin/containers/{container.Id}/placement")).Root("placement");
        var byLabel = (await root.GetAsync($"/admin/containers/web-1/placement?app={app.Name}")).Root("placement");

        Assert.Equal(byId.GetRawText(), byLabel.GetRawText());
        byId.Has("container!", "app!", "label!", "state!", "host!", "placed_at!", "decision!");
        Assert.Equal("host-1: best score", byId.GetProperty("decision").GetString());
        Assert.True(byId.GetProperty("hosts")[0].GetProperty("here").GetBoolean());
        (await root.GetAsync("/admin/containers/web-1/placement")).IsMissing("container");
        Assert.Equal(HttpStatusCode.Forbidden, (await tenant.GetAsync($"/admin/containers/{container.Id}/placement")).Status);
    }
}

using System.Net;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class EventTests(ApiServer server)
{
    [Fact]
    public async Task WhatUsersDo_IsInTheTimeline_InTheShapesThatClientsDecode()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        await tenant.SendAsync("PUT", $"/v1/apps/{app.Name}", """{"force_https":true}""");
        await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/scale", """{"containers":[{"name":"web","amount":2}]}""");
        await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"ls","detached":true}""");
        await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/rename", $$$"""{"current_name":"{{{app.Name}}}","new_name":"{{{app.Name}}}-new"}""");

        var answer = await tenant.GetAsync($"/v1/apps/{app.Id}/events?page=1&per_page=30&from=1");

        var events = answer.Root("events").EnumerateArray().ToList();
        Assert.Equal(["rename_app", "run", "scale", "edit_app", "new_app"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.All(events, e => e.Has("id!", "created_at!", "type!", "user!", "app_id!", "app_name!", "project_id!", "project_name!", "type_data!"));
        Assert.Equal(tenant.User.Email, events[0].GetProperty("user").GetProperty("email").GetString());
        events[0].GetProperty("type_data").Has("old_name!", "new_name!");
        events[1].GetProperty("type_data").Has("command!", "detached!", "audit_log_id");
        var containers = events[2].GetProperty("type_data").GetProperty("containers");
        Assert.Equal(JsonValueKind.String, containers.GetProperty("web").ValueKind);
        events[3].GetProperty("type_data").Has("force_https!");
        events[4].GetProperty("type_data").Has("git_source");
        answer.Root("meta").GetProperty("pagination").Has("total_count#");
    }

    [Fact]
    public async Task WhatOperatorsDoToHosts_IsShownToAllOperators_AndToNobodyElse()
    {
        var (root, other, tenant) = (await server.NewTenantAsync(isOperator: true), await server.NewTenantAsync(isOperator: true), await server.NewTenantAsync());
        await server.Services.GetRequiredService<IHostStore>().RegisterAsync(
            new Host { Id = new HostId("seen-1"), Name = "x", Capacity = new Dictionary<string, long> { ["cpu"] = 1 }, RegisteredAt = DateTimeOffset.UnixEpoch, Address = "10.0.0.7:7444" }, default);
        var host = "/admin/hosts/seen-1";
        await root.SendAsync("PATCH", host, """{"host":{"cordoned":true}}""");
        await root.SendAsync("PATCH", host, """{"host":{"cordoned":true,"zone":""}}""");
        await root.SendAsync("POST", $"{host}/drain", """{"drain":{"at_once":7}}""");
        await root.SendAsync("POST", $"{host}/drain", """{"drain":{"at_once":0}}""");
        await root.SendAsync("PATCH", host, """{"host":{"cordoned":false,"labels":{"disk":"ssd"}}}""");
        await root.SendAsync("DELETE", $"{host}?force=true");
        await root.SendAsync("DELETE", $"{host}?force=true");

        var events = (await other.GetAsync("/admin/events?per_page=100")).Root("events").EnumerateArray()
            .Where(e => e.GetProperty("user").GetProperty("email").GetString() == root.User.Email).ToList();

        Assert.Equal(["remove_host", "edit_host", "uncordon_host", "drain_host", "cordon_host"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(
            [
                """{"host":"seen-1","force":true}""", """{"host":"seen-1","class":"","zone":"","labels":{"disk":"ssd"}}""", """{"host":"seen-1","ended_drain":true}""",
                """{"host":"seen-1","at_once":7,"containers":2}""", """{"host":"seen-1","ended_drain":false}""",
            ],
            events.Select(e => e.GetProperty("type_data").GetRawText()));
        Assert.DoesNotContain("seen-1", (await root.GetAsync("/v1/events")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await tenant.GetAsync("/admin/events")).Status);
    }

    [Fact]
    public async Task TheAccountsTimeline_CoversItsAppsAndItself_AndNobodyElses()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.NewAppAsync();
        await tenant.SendAsync("POST", "/v1/tokens", """{"name":"x"}""");
        var stranger = await server.NewTenantAsync();

        var types = (await tenant.GetAsync("/v1/events")).Root("events").EnumerateArray().Select(e => e.GetProperty("type").GetString()).ToList();

        Assert.Contains("new_app", types);
        Assert.Contains("new_token", types);
        Assert.Empty((await stranger.GetAsync("/v1/events")).Root("events").EnumerateArray());
    }
}

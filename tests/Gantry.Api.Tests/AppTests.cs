using System.Net;
using System.Text.Json;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

public sealed class AppTests(ApiServer server)
{
    private static readonly string[] Fields =
    [
        "id!", "name!", "region!", "owner!", "git_url!", "url!", "base_url!", "status!", "last_deployed_at", "last_deployed_by", "created_at!",
        "updated_at!", "links!", "stack_id!", "sticky_session!", "force_https!", "router_logs!", "flags!", "limits!", "hds_resource!",
        "private_networks_ids!", "project!",
    ];

    [Fact]
    public async Task ANewApp_HasAllThatClientsRead()
    {
        var tenant = await server.NewTenantAsync();

        var answer = await tenant.SendAsync("POST", "/v1/apps?", """{"app":{"name":"golden-shape","parent_id":"","stack_id":"","project_id":""}}""");

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        var app = answer.Root("app");
        app.Has(Fields);
        app.GetProperty("owner").Has("id!", "username!", "email!");
        app.GetProperty("project").Has("id!", "name!");
        Assert.Equal("new", app.GetProperty("status").GetString());
        Assert.StartsWith("ws://127.0.0.1:", app.GetProperty("links").GetProperty("deployments_stream").GetString(), StringComparison.Ordinal);
        Assert.Equal("ssh://git@127.0.0.1:2222/golden-shape.git", app.GetProperty("git_url").GetString());
        Assert.Equal(JsonValueKind.Null, app.GetProperty("last_deployed_at").ValueKind);
        (await tenant.GetAsync("/v1/apps?")).Root("apps")[0].Has(Fields);
        (await tenant.GetAsync("/v1/apps/golden-shape")).Root("app").Has(Fields);
        (await tenant.GetAsync($"/v1/apps/{app.GetProperty("id").GetString()}")).Root("app").Has(Fields);
    }

    [Theory]
    [InlineData("short", "too short")]
    [InlineData("Upper-Case", "lower-case")]
    [InlineData("-leading", "start or end")]
    [InlineData("double--hyphen", "two hyphens")]
    [InlineData("", "blank")]
    public async Task AnInvalidName_IsRefusedWithTheRule(string name, string rule)
    {
        var tenant = await server.NewTenantAsync();

        (await tenant.SendAsync("POST", "/v1/apps", $$$"""{"app":{"name":"{{{name}}}"}}""")).Refuses("name", rule);
    }

    [Fact]
    public async Task ATakenName_IsRefused_AlsoOfAnotherTenant()
    {
        var app = await (await server.NewTenantAsync()).NewAppAsync();
        var stranger = await server.NewTenantAsync();

        (await stranger.SendAsync("POST", "/v1/apps", $$$"""{"app":{"name":"{{{app.Name}}}"}}""")).Refuses("name", "taken");
    }

    [Fact]
    public async Task ADryRun_ChecksAndStoresNothing()
    {
        var tenant = await server.NewTenantAsync();
        tenant.Http.DefaultRequestHeaders.Add("X-Dry-Run", "true");

        Assert.Equal(HttpStatusCode.Created, (await tenant.SendAsync("POST", "/v1/apps", """{"app":{"name":"only-a-try"}}""")).Status);

        (await tenant.GetAsync("/v1/apps/only-a-try")).IsMissing("app");
    }

    [Fact]
    public async Task Rename_NeedsTheCurrentName_AndKeepsTheId()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/rename", """{"current_name":"x","new_name":"renamed-app"}""")).Refuses("current_name", app.Name.Value);
        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/rename", $$$"""{"current_name":"{{{app.Name}}}","new_name":"no"}""")).Refuses("name", "too short");
        var renamed = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/rename", $$$"""{"current_name":"{{{app.Name}}}","new_name":"renamed-app"}""");

        Assert.Equal(HttpStatusCode.OK, renamed.Status);
        Assert.Equal(app.Id.Value, renamed.Root("app").GetProperty("id").GetString());
        (await tenant.GetAsync($"/v1/apps/{app.Name}")).IsMissing("app");
    }

    [Fact]
    public async Task Delete_NeedsTheCurrentName_AndThenTheAppIsGone()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.SendAsync("DELETE", $"/v1/apps/{app.Name}?current_name=other")).Refuses("current_name", app.Name.Value);
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"/v1/apps/{app.Name}?current_name={app.Name}")).Status);

        (await tenant.GetAsync($"/v1/apps/{app.Id}")).IsMissing("app");
        Assert.Empty((await tenant.GetAsync("/v1/apps")).Root("apps").EnumerateArray());
        Assert.NotNull((await server.Apps.FindByIdAsync(app.Id, default))!.DeletedAt);
    }

    [Theory]
    [InlineData("PUT", """{"force_https":true}""")]
    [InlineData("PUT", """{"app":{"force_https":true}}""")]
    [InlineData("PATCH", """{"force_https":true}""")]
    [InlineData("PATCH", """{"app":{"force_https":true}}""")]
    public async Task Settings_ComeByPutOrPatch_WithOrWithoutRoot(string method, string body)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        var answer = await tenant.SendAsync(method, $"/v1/apps/{app.Name}", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Root("app").GetProperty("force_https").GetBoolean());
        Assert.False(answer.Root("app").GetProperty("sticky_session").GetBoolean());
    }

    [Fact]
    public async Task AnUnknownStack_IsRefusedWithTheKnownOnes()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.SendAsync("PATCH", $"/v1/apps/{app.Name}", """{"app":{"stack_id":"st-none"}}""")).Refuses("stack_id", "gantry-12");
        Assert.Equal(HttpStatusCode.OK, (await tenant.SendAsync("PATCH", $"/v1/apps/{app.Name}", """{"app":{"stack_id":"st-test"}}""")).Status);
    }

    [Theory]
    [InlineData("addons", "addons")]
    [InlineData("autoscalers", "autoscalers")]
    [InlineData("collaborators", "collaborators")]
    [InlineData("domains", "domains")]
    [InlineData("notifiers", "notifiers")]
    [InlineData("alerts", "alerts")]
    [InlineData("log_drains", "drains")]
    public async Task WhatIsNotHereYet_IsAnEmptyList(string path, string key)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        Assert.Empty((await tenant.GetAsync($"/v1/apps/{app.Name}/{path}?")).Root(key).EnumerateArray());
    }

    [Fact]
    public async Task CronAndRepositoryLink_Answer404WhichMeansNone()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.GetAsync($"/v1/apps/{app.Name}/cron_tasks")).IsMissing("cron_tasks");
        (await tenant.GetAsync($"/v1/apps/{app.Name}/scm_repo_link")).IsMissing("scm_repo_link");
    }

    [Fact]
    public async Task TheAccount_HasOneProject()
    {
        var tenant = await server.NewTenantAsync();

        var projects = (await tenant.GetAsync("/v1/projects?")).Root("projects");

        projects[0].Has("id!", "name!", "default!", "flags!", "created_at!", "updated_at!", "owner!");
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync($"/v1/projects/{projects[0].GetProperty("id").GetString()}")).Status);
    }
}

using System.Net;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

public sealed class AdminTests(ApiServer server)
{
    [Fact]
    public async Task AnOperator_MakesAUserWhoCanLogInAtOnce()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var name = "made-" + Guid.NewGuid().ToString("N")[..8];

        var created = await root.SendAsync("POST", "/admin/users", $$$"""{"user":{"username":"{{{name}}}","email":"{{{name}}}@example.org"}}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        created.Root("user").Has("id!", "username!", "email!", "is_operator!", "created_at!");
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Authorization = Tenant.Basic("", created.Root("token").GetProperty("token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/v1/tokens/exchange", Tenant.Json("{}"))).StatusCode);
        Assert.Contains((await root.GetAsync("/admin/users")).Root("users").EnumerateArray(), u => u.GetProperty("username").GetString() == name);
        var more = await root.SendAsync("POST", $"/admin/users/{name}/tokens", """{"token":{"name":"ci"}}""");
        Assert.Equal(HttpStatusCode.Created, more.Status);
        Assert.Equal(HttpStatusCode.NoContent, (await root.SendAsync("DELETE", $"/admin/users/{name}/tokens/{more.Root("token").GetProperty("id").GetString()}")).Status);
        (await root.SendAsync("POST", "/admin/users", $$$"""{"user":{"username":"{{{name}}}","email":"x@example.org"}}""")).Refuses("username", "taken");
        (await root.SendAsync("POST", "/admin/users", """{"user":{"username":"x y","email":"x@example.org"}}""")).Refuses("username", "letters");
        (await root.SendAsync("POST", "/admin/users", """{"user":{"username":"fine","email":"nothing"}}""")).Refuses("email", "e-mail");
        (await root.SendAsync("POST", "/admin/users/nobody/tokens", "{}")).IsMissing("user");
    }

    [Fact]
    public async Task AnOperator_SeesHostsStacksAndChecks()
    {
        var root = await server.NewTenantAsync(isOperator: true);

        var host = (await root.GetAsync("/admin/hosts")).Root("hosts").EnumerateArray().Single(h => h.GetProperty("id").GetString() == "host-1");
        host.Has(
            "name!", "status!", "cpus#", "load!", "memory_total#", "memory_available#", "memory_reserved#", "id!", "labels!", "resources!", "disk_total#", "disk_free#", "containers#", "apps#");
        Assert.Equal(1.5, host.GetProperty("load").GetDouble());
        Assert.Equal((8L << 30, 3L << 30), (host.GetProperty("memory_total").GetInt64(), host.GetProperty("memory_available").GetInt64()));
        Assert.Equal((100L << 30, 40L << 30), (host.GetProperty("disk_total").GetInt64(), host.GetProperty("disk_free").GetInt64()));
        (await root.GetAsync("/admin/stacks")).Root("stacks")[0].Has("id!", "name!", "run_digest!", "build_digest!", "default!");
        (await root.GetAsync("/admin/doctor")).Root("checks")[0].Has("name!", "status!", "message!", "fix!");
        Assert.EndsWith("overlay port 4790.", (await root.GetAsync("/admin/doctor?overlay_port=4790")).Root("checks")[0].GetProperty("message").GetString());
        (await root.GetAsync("/admin/doctor?overlay_port=70000")).Refuses("overlay_port", "1 to 65535");
        var item = (await root.GetAsync("/admin/doctor/security")).Root("items")[0];
        item.Has("checklist!", "item!", "title!", "status!", "seen!");
        Assert.Equal("not met", item.GetProperty("status").GetString());
        (await root.SendAsync("POST", "/admin/stacks", """{"stack":{"name":"mine","run_path":"relative"}}""")).Refuses("run_path", "absolute");
        var imported = await root.SendAsync("POST", "/admin/stacks", """{"stack":{"name":"mine","run_path":"/srv/root.tar"}}""");
        Assert.Equal(HttpStatusCode.Created, imported.Status);
        imported.Root("stack").Has("id!", "name!");
    }

    [Fact]
    public async Task AnOperator_RollsBackAndPurgesAppsOfOthers_ButNotThroughTheTenantsRoutes()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var listed = (await root.GetAsync("/admin/apps")).Root("apps").EnumerateArray().Single(a => a.GetProperty("id").GetString() == app.Id.Value);
        Assert.Equal(tenant.User.Username, listed.GetProperty("owner").GetProperty("username").GetString());
        (await root.GetAsync($"/v1/apps/{app.Name}")).IsMissing("app");
        Assert.Single((await root.GetAsync($"/admin/apps/{app.Name}/deployments")).Root("deployments").EnumerateArray());
        Assert.Equal(HttpStatusCode.Created, (await root.SendAsync("POST", $"/admin/apps/{app.Name}/deployments/{app.CurrentDeploymentId}/rollback", "{}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await root.SendAsync("DELETE", $"/admin/apps/{app.Name}/caches/deployment")).Status);
        var limited = await root.SendAsync("PUT", $"/admin/apps/{app.Name}/bandwidth", """{"bandwidth":{"bits_per_second":10000000}}""");
        Assert.Equal(10_000_000, limited.Root("bandwidth").GetProperty("bits_per_second").GetInt64());
        (await root.SendAsync("PUT", $"/admin/apps/{app.Name}/bandwidth", """{"bandwidth":{"bits_per_second":63999}}""")).Refuses("bits_per_second", "64000");
        Assert.Equal(HttpStatusCode.NoContent, (await root.SendAsync("DELETE", $"/admin/apps/{app.Name}")).Status);
        (await root.SendAsync("DELETE", $"/admin/apps/{app.Name}")).IsMissing("app");
        (await tenant.GetAsync($"/v1/apps/{app.Name}")).IsMissing("app");
    }
}

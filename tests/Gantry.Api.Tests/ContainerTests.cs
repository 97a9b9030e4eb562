using System.Net;
using System.Text.Json;
using Gantry.Agent.Runtime;
using Gantry.Api.Tests.Support;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Operations;

namespace Gantry.Api.Tests;

public sealed class ContainerTests(ApiServer server)
{
    [Fact]
    public async Task Ps_ShowsWhatClientsMatchOn()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        await tenant.AddContainerAsync(app, "web", 1);

        var container = (await tenant.GetAsync($"/v1/apps/{app.Name}/ps?")).Root("containers")[0];

        container.Has("id!", "app_id!", "created_at!", "deleted_at", "command!", "type!", "type_index#", "label!", "state!", "container_size!");
        Assert.Equal("web-1", container.GetProperty("label").GetString());
        Assert.Equal("running", container.GetProperty("state").GetString());
        container.GetProperty("container_size").Has("name!", "memory#");
    }

    [Fact]
    public async Task Scale_OfADeployedApp_Answers202WithTheWholeFormationAndAnOperation()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var told = FirstAppChangeAsync(app.Id);

        var answer = await tenant.SendAsync(
            "POST", $"/v1/apps/{app.Name}/scale", """{"containers":[{"app_id":"","name":"worker","amount":2,"command":"","size":""}]}""");

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var containers = answer.Root("containers").EnumerateArray().ToList();
        Assert.Equal(["web 1 M", "worker 2 M"], containers.Select(c => $"{c.GetProperty("name")} {c.GetProperty("amount")} {c.GetProperty("size")}"));
        var operation = (await Answer.ReadAsync(await tenant.Http.GetAsync(answer.Message.Headers.Location))).Root("operation");
        operation.Has("id!", "app_id!", "created_at!", "finished_at", "status!", "type!", "error!", "start_one_off_data");
        Assert.Equal("scale", operation.GetProperty("type").GetString());
        Assert.Equal("pending", operation.GetProperty("status").GetString());
        Assert.Equal(2, (await server.Apps.GetFormationAsync(app.Id, default)).Single(f => f.Type == "worker").Amount);
        await told;
    }

    [Fact]
    public async Task Scale_BeforeTheFirstDeployment_Answers200AndIsKept()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        var answer = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/scale", """{"containers":[{"name":"web","amount":3,"size":"L"}]}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.Message.Headers.Location);
        var formation = (await tenant.GetAsync($"/v1/apps/{app.Name}/containers")).Root("containers")[0];
        formation.Has("app_id!", "name!", "amount#", "size!", "command!");
        Assert.Equal("3 L", $"{formation.GetProperty("amount")} {formation.GetProperty("size")}");
    }

    [Theory]
    [InlineData("""{"name":"job","amount":1}""", "containers", "web, worker")]
    [InlineData("""{"name":"web","amount":11}""", "containers", "limit is 10")]
    [InlineData("""{"name":"web","amount":-1}""", "containers", "negative")]
    [InlineData("""{"name":"web","amount":1,"size":"HUGE"}""", "size", "3XL")]
    [InlineData("""{"name":"web","amount":1},{"name":"web","amount":2}""", "containers", "twice")]
    [InlineData("null", "containers", "unknown process type")]
    [InlineData("", "containers", "empty")]
    public async Task AWrongScale_IsRefusedWithFieldAndRule(string items, string field, string rule)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/scale", $$$"""{"containers":[{{{items}}}]}""")).Refuses(field, rule);
    }

    [Fact]
    public async Task TwoScalesAtOnce_OneWinsAndTheOtherIsToldWhy()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var answers = await Task.WhenAll(Enumerable.Range(2, 6).Select(n =>
            tenant.SendAsync("POST", $"/v1/apps/{app.Name}/scale", $$$"""{"containers":[{"name":"web","amount":{{{n}}}}]}""")));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.Accepted);
        Assert.All(answers.Except([winner]), a => Assert.Equal(HttpStatusCode.Conflict, a.Status));
        Assert.All(answers.Except([winner]), a => Assert.NotEqual("", a.Root("error").GetString()));
        Assert.Equal(
            winner.Root("containers")[0].GetProperty("amount").GetInt32(), (await server.Apps.GetFormationAsync(app.Id, default)).Single(f => f.Type == "web").Amount);
        Assert.Equal(HttpStatusCode.Conflict, (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/restart", "{}")).Status);
    }

    [Theory]
    [InlineData("null", "")]
    [InlineData("""{"scope":[]}""", "")]
    [InlineData("""{"scope":null}""", "")]
    [InlineData("""{"scope":["web","web-1"]}""", "web,web-1")]
    public async Task Restart_Answers202WithAnAbsoluteLocation(string body, string scope)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var answer = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/restart", body);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        var location = answer.Message.Headers.Location!;
        Assert.True(location.IsAbsoluteUri);
        var operation = await server.Apps.FindOperationAsync(app.Id, new OperationId(location.Segments[^1]), default);
        Assert.Equal(OperationType.Restart, operation!.Type);
        Assert.Equal(scope, string.Join(',', operation.Scope));
    }

    [Fact]
    public async Task AWrongRestart_IsRefusedWithTheReason()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var never = await tenant.NewAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/restart", """{"scope":["web-7"]}""")).Refuses("scope", "web, web-1, worker");
        (await tenant.SendAsync("POST", $"/v1/apps/{never.Name}/restart", "{}")).Refuses("app", "never been deployed");
    }

    [Fact]
    public async Task Stop_IsForOneOffs_AndMarksThemUnwanted()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var web = await tenant.AddContainerAsync(app, "web", 1);
        var oneOff = await tenant.AddContainerAsync(app, ProcessTypes.OneOff, 7);

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/containers/{web.Id}/stop", "{}")).Refuses("container", "no one-off");
        Assert.Equal(HttpStatusCode.Accepted, (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/containers/{oneOff.Id}/stop", "{}")).Status);

        Assert.False((await server.Containers.FindAsync(oneOff.Id, default))!.Wanted);
        Assert.True((await server.Containers.FindAsync(web.Id, default))!.Wanted);
        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/containers/none/stop", "{}")).IsMissing("container");
    }

    [Fact]
    public async Task Kill_SendsUserSignalsOnly()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var web = await tenant.AddContainerAsync(app, "web", 1);
        var path = $"/v1/apps/{app.Name}/containers/{web.Id}/kill";

        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("POST", path, """{"signal":"SIGUSR1"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("POST", path, """{"signal":"SIGUSR2"}""")).Status);
        (await tenant.SendAsync("POST", path, """{"signal":"SIGKILL"}""")).Refuses("signal", "SIGUSR1");

        Assert.Equal([10, 12], server.Runtime.Signals.Where(s => s.Id == web.Id).Select(s => s.Signal));
    }

    [Fact]
    public async Task Stats_AreBytesAndWholePercent()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var web = await tenant.AddContainerAsync(app, "web", 1);
        var start = DateTimeOffset.UtcNow;
        // Half of one CPU, whatever the time between two samples.
        server.Runtime.Usage[web.Id] = () =>
        {
            var now = DateTimeOffset.UtcNow;
            return new ContainerUsage(web.Id, now, (long)((now - start).TotalNanoseconds / 2), 100, 200, 1000, 10, 20, 1000, 3);
        };
        try
        {
            var stats = (await tenant.GetAsync($"/v1/apps/{app.Name}/stats")).Root("stats");

            stats[0].Has(
                "id!", "cpu_usage#", "memory_usage#", "memory_limit#", "highest_memory_usage#", "swap_usage#", "swap_limit#", "highest_swap_usage#");
            Assert.Equal("web-1", stats[0].GetProperty("id").GetString());
            Assert.InRange(stats[0].GetProperty("cpu_usage").GetInt32(), 49, 51);
            Assert.Equal(100, stats[0].GetProperty("memory_usage").GetInt64());
        }
        finally
        {
            server.Runtime.Usage.TryRemove(web.Id, out _);
        }
    }

    [Fact]
    public async Task Features_NeedNoToken()
    {
        using var http = new HttpClient { BaseAddress = server.Url };

        var sizes = (await Answer.ReadAsync(await http.GetAsync("/v1/features/container_sizes"))).Root("container_sizes");
        var stacks = (await Answer.ReadAsync(await http.GetAsync("/v1/features/stacks"))).Root("stacks");

        sizes[0].Has(
            "id!", "sku!", "name!", "human_name!", "human_cpu!", "memory#", "swap#", "pids_limit#", "ordinal#", "hourly_price#", "thirtydays_price#", "pricings!");
        Assert.Equal("S M L XL 2XL 3XL", string.Join(' ', sizes.EnumerateArray().Select(s => s.GetProperty("name").GetString())));
        stacks[0].Has("id!", "created_at!", "name!", "description!", "base_image!", "default!", "deprecated_at");
        Assert.Equal(JsonValueKind.Null, stacks[0].GetProperty("deprecated_at").ValueKind);
    }

    private async Task FirstAppChangeAsync(AppId app)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var notification in server.Bus.Subscribe(limit.Token))
            if (notification is AppChanged changed && changed.AppId == app)
                return;
    }
}

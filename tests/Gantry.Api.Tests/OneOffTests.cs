using System.Net;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Operations;

namespace Gantry.Api.Tests;

public sealed class OneOffTests(ApiServer server)
{
    [Fact]
    public async Task Run_RecordsTheContainerAndTheOperationThatStartsIt()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var answer = await tenant.SendAsync(
            "POST", $"/v1/apps/{app.Name}/run",
            """{"command":"echo a b","env":{"TERM":"xterm","CLIENT_OS":"linux","_":"x"},"size":"L","detached":false,"has_uploads":false}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        answer.Body.Has("container!", "operation!", "operation_url!", "attach_url!");
        var id = new ContainerId(answer.Root("container").GetProperty("id").GetString()!);
        Assert.StartsWith("one-off-", answer.Root("container").GetProperty("label").GetString(), StringComparison.Ordinal);
        Assert.Equal($"http://127.0.0.1:{server.Url.Port}/attach/{id}", answer.Root("attach_url").GetString());
        var stored = (await server.Containers.FindAsync(id, default))!;
        Assert.Equal(("echo a b", "L", true, "xterm"), (stored.Command, stored.Size, stored.Attached, stored.ExtraEnvironment["TERM"]));
        Assert.Equal((app.CurrentImageId!.Value, app.CurrentDeploymentId!.Value, tenant.User.Id), (stored.ImageId, stored.DeploymentId, stored.UserId!.Value));
        await server.Apps.SetOperationStatusAsync(
            new OperationId(answer.Root("operation").GetString()!), OperationStatus.Done, null, DateTimeOffset.UtcNow, default);
        var operation = (await Answer.ReadAsync(await tenant.Http.GetAsync(answer.Root("operation_url").GetString()))).Root("operation");
        Assert.Equal(("done", "start-one-off"), (operation.GetProperty("status").GetString(), operation.GetProperty("type").GetString()));
        operation.GetProperty("start_one_off_data").Has("attach_url!", "container_id!");
        Assert.Equal(answer.Root("attach_url").GetString(), operation.GetProperty("start_one_off_data").GetProperty("attach_url").GetString());
    }

    [Fact]
    public async Task ADetachedRun_HasNoAttachAddress()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var answer = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"sleep 1","detached":true}""");

        Assert.Equal(JsonValueKind.Null, answer.Root("attach_url").ValueKind);
        Assert.False((await server.Containers.FindAsync(new ContainerId(answer.Root("container").GetProperty("id").GetString()!), default))!.Attached);
    }

    [Theory]
    [InlineData("{}", "command", "blank")]
    [InlineData("""{"command":"ls","size":"HUGE"}""", "size", "3XL")]
    [InlineData("""{"command":"ls","env":{"A=B":"x"}}""", "env", "no '='")]
    [InlineData("""{"type":"nothing"}""", "type", "web, worker")]
    public async Task AWrongRun_IsRefusedWithFieldAndRule(string body, string field, string rule)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", body)).Refuses(field, rule);
    }

    [Fact]
    public async Task ARun_BeforeTheFirstDeployment_IsRefusedWithTheReason()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"ls"}""")).Refuses("app", "never been deployed");
    }

    [Fact]
    public async Task TheEleventhOneOff_OfAnApp_IsRefused()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.OK, (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"ls","detached":true}""")).Status);

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"ls"}""")).Refuses("one-off", "10 one-offs");
    }

    [Fact]
    public async Task TheFiftyFirstOneOff_OfAnAccount_IsRefused()
    {
        var tenant = await server.NewTenantAsync();
        for (var i = 0; i < 5; i++)
        {
            var app = await tenant.NewDeployedAppAsync();
            for (var n = 1; n <= 10; n++)
                await tenant.AddContainerAsync(app, ProcessTypes.OneOff, n);
        }

        var fresh = await tenant.NewDeployedAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{fresh.Name}/run", """{"command":"ls"}""")).Refuses("one-off", "50 one-offs");
    }
}

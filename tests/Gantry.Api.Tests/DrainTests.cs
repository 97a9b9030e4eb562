using System.Net;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class DrainTests(ApiServer server)
{
    [Fact]
    public async Task Host_Drained_ShowsHowFarItIsUntilItIsUncordoned()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        await server.Services.GetRequiredService<IHostStore>().RegisterAsync(
            new Host { Id = new HostId("drained-1"), Name = "x", Capacity = new Dictionary<string, long> { ["cpu"] = 1 }, RegisteredAt = DateTimeOffset.UnixEpoch, Address = "10.0.0.8:7444" }, default);

        var drain = (await root.SendAsync("POST", "/admin/hosts/drained-1/drain", """{"drain":{"at_once":7}}""")).Root("drain");
        var usual = (await root.SendAsync("POST", "/admin/hosts/drained-1/drain", "")).Root("drain");
        var shown = (await root.GetAsync("/admin/hosts/drained-1/drain")).Root("drain");
        var listed = (await root.GetAsync("/admin/hosts/drained-1")).Root("host").GetProperty("status").GetString();

        drain.Has("host!", "status!", "since!", "at_once#", "total#", "moved#", "containers!");
        Assert.Equal((7, 3, 1, "draining"), (drain.GetProperty("at_once").GetInt32(), drain.GetProperty("total").GetInt32(), drain.GetProperty("moved").GetInt32(), listed));
        Assert.Equal(4, usual.GetProperty("at_once").GetInt32());
        Assert.Equal(
            """[{"id":"ct-1","app":"my-app","label":"web-1","state":"moving","to":"host-2","why":null},{"id":"ct-2","app":"my-app","label":"web-2","state":"cannot","to":null,"why":"0 of 2 hosts: 2 lack 512 MB"}]""",
            shown.GetProperty("containers").GetRawText());
        (await root.SendAsync("POST", "/admin/hosts/drained-1/drain", """{"drain":{"at_once":0}}""")).Refuses("at_once", "1 to 100");
        (await root.GetAsync("/admin/hosts/no-such/drain")).IsMissing("host");

        await root.SendAsync("PATCH", "/admin/hosts/drained-1", """{"host":{"cordoned":true}}""");
        Assert.Equal(HttpStatusCode.OK, (await root.GetAsync("/admin/hosts/drained-1/drain")).Status);
        await root.SendAsync("PATCH", "/admin/hosts/drained-1", """{"host":{"cordoned":false}}""");
        Assert.Equal(HttpStatusCode.Conflict, (await root.GetAsync("/admin/hosts/drained-1/drain")).Status);
        Assert.Equal("ready", (await root.GetAsync("/admin/hosts/drained-1")).Root("host").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await (await server.NewTenantAsync()).SendAsync("POST", "/admin/hosts/drained-1/drain", "")).Status);
    }
}

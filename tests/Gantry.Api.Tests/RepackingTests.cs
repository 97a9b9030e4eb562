using System.Net;
using Gantry.Api.Tests.Support;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class RepackingTests(ApiServer server)
{
    private const string Path = "/admin/cluster/repacking";

    [Fact]
    public async Task Repacking_Begun_ShowsHowFarItIs_AndIsPausedResumedAndAbandoned()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        (await root.GetAsync($"{Path}/progress")).IsMissing("repacking");
        (await root.SendAsync("POST", Path, """{"repacking":{"at_once":101}}""")).Refuses("at_once", "1 to 100");

        var reply = await root.SendAsync("POST", Path, """{"repacking":{"objective":"balance","max_moved":0.25,"at_once":2}}""");
        var begun = reply.Root("repacking");
        Assert.Equal(HttpStatusCode.Created, reply.Status);
        begun.Has("number#", "status!", "objective!", "at_once#", "since!", "ended", "total#", "moved#", "given_up#", "frees!", "freed!", "why!", "moves!");
        Assert.Equal(
            ("balance 0.25", 2, 4, 1, 1, "running"),
            (begun.GetProperty("objective").GetString(), begun.GetProperty("at_once").GetInt32(), begun.GetProperty("total").GetInt32(), begun.GetProperty("moved").GetInt32(),
                begun.GetProperty("given_up").GetInt32(), begun.GetProperty("status").GetString()));
        Assert.Equal("host-9 is drained first", begun.GetProperty("why").GetString());
        Assert.Equal(
            """{"container":"ct-4","app":"my-app","label":"web-4","from":"host-3","to":"host-1","wave":2,"state":"given_up","why":"no room"}""", begun.GetProperty("moves")[3].GetRawText());
        Assert.Equal(["moved", "moving", "waiting", "given_up"], begun.GetProperty("moves").EnumerateArray().Select(m => m.GetProperty("state").GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await root.SendAsync("POST", Path, "")).Status);

        Assert.Equal("pausing", await ChangeAsync("paused"));
        Assert.Equal("running", await ChangeAsync("running"));
        Assert.Equal("abandoning", await ChangeAsync("abandoned"));
        await server.Services.GetRequiredService<IRepackingStore>().UpdateAsync(1, r => r with { EndedAt = DateTimeOffset.UnixEpoch.AddHours(1), Freed = r.Frees }, default);
        var ended = (await root.GetAsync($"{Path}/progress")).Root("repacking");
        Assert.Equal(("abandoned", "host-3"), (ended.GetProperty("status").GetString(), ended.GetProperty("freed")[0].GetString()));
        Assert.Equal(HttpStatusCode.Conflict, (await root.SendAsync("PATCH", Path, """{"repacking":{"status":"paused"}}""")).Status);
        (await root.SendAsync("PATCH", Path, """{"repacking":{"status":"done"}}""")).Refuses("status", "running, paused or abandoned");
        Assert.Equal(HttpStatusCode.Forbidden, (await (await server.NewTenantAsync()).SendAsync("POST", Path, "")).Status);

        var told = (await root.GetAsync("/admin/events?per_page=100")).Root("events").EnumerateArray()
            .Where(e => e.GetProperty("user").GetProperty("email").GetString() == root.User.Email).ToList();
        Assert.Equal(["abandon_repacking", "resume_repacking", "pause_repacking", "begin_repacking"], told.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal("""{"number":1,"moves":4,"objective":"balance","max_moved":0.25,"at_once":2}""", told[3].GetProperty("type_data").GetRawText());

        async Task<string?> ChangeAsync(string status) =>
            (await root.SendAsync("PATCH", Path, $$$"""{"repacking":{"status":"{{{status}}}"}}""")).Root("repacking").GetProperty("status").GetString();
    }
}

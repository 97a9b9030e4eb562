using System.Net;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

public sealed class UsageTests(ApiServer server)
{
    private static readonly DateTimeOffset Midnight = new(2020, 5, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Usage_ByOwnerAppAndContainer_IsThatOfThePeriod()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        await AddAsync(app, UsageKind.Container, "web", 0, 100);
        await AddAsync(app, UsageKind.OneOff, "one-off", 50, 20);

        var owner = Of(tenant, await root.GetAsync("/admin/usage?from=2020-05-01T00:00:10Z&to=2020-05-02&by=owner"));
        Assert.Equal([("container", 90), ("one-off", 20)], owner.Select(Seconds));
        Assert.All(owner, l => Assert.Equal(JsonValueKind.Null, l.GetProperty("app").ValueKind));
        var byApp = Of(tenant, await root.GetAsync("/admin/usage?from=2020-05-01&to=2020-05-02&by=app"));
        Assert.All(byApp, l => Assert.Equal(app.Name.Value, l.GetProperty("app").GetProperty("name").GetString()));
        var containers = Of(tenant, await root.GetAsync("/admin/usage?from=2020-05-01&to=2020-05-01T00:01:00Z&by=container"));
        Assert.Equal([("container", 60), ("one-off", 10)], containers.Select(Seconds));
        containers[0].Has("container!", "type!", "size!", "memory#", "containers#", "start!", "stop!", "running!");
    }

    [Fact]
    public async Task Usage_OfATenant_IsForOperatorsOnly()
    {
        var tenant = await server.NewTenantAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await tenant.GetAsync("/admin/usage")).Status);
        tenant.Http.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.GetAsync("/admin/usage")).Status);
    }

    [Fact]
    public async Task Usage_AskedForWrongly_SaysWhatIsWrong()
    {
        var root = await server.NewTenantAsync(isOperator: true);
        (await root.GetAsync("/admin/usage?from=yesterday")).Refuses("from", "2026-11-01");
        (await root.GetAsync("/admin/usage?to=2026-11-01T12:00:00.5Z")).Refuses("to", "whole seconds");
        (await root.GetAsync("/admin/usage?from=2026-11-02&to=2026-11-01")).Refuses("to", "before");
        (await root.GetAsync("/admin/usage?by=host")).Refuses("by", "owner, app or container");
        Assert.Equal("owner", (await root.GetAsync("/admin/usage")).Root("usage").GetProperty("by").GetString());
    }

    private Task AddAsync(App app, UsageKind kind, string type, int start, int seconds)
    {
        var subject = new UsageSubject(
            new ContainerId(Guid.NewGuid().ToString()), kind, app.Id, app.Name.Value, app.OwnerId, type, "M", 512 << 20);
        var record = new UsageRecord(subject, "host-1", new BootTime("boot-1", start), Midnight.AddSeconds(start), null).ClosedAt(start + seconds);
        return server.Services.GetRequiredService<IUsageStore>().ApplyAsync("host-1", new UsageChanges([record], []), null, default);
    }

    private static JsonElement[] Of(Tenant tenant, Answer answer) => [.. answer.Root("usage").GetProperty("lines").EnumerateArray()
        .Where(l => l.GetProperty("owner").GetProperty("username").GetString() == tenant.User.Username)];

    private static (string?, long) Seconds(JsonElement line) => (line.GetProperty("kind").GetString(), line.GetProperty("seconds").GetInt64());
}

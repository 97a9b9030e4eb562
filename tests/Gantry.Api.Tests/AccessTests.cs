using System.Net;
using System.Net.Http.Headers;
using Gantry.Api.Auth;
using Gantry.Api.Http;
using Gantry.Api.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Tests;

/// <summary>Walks over every route there is, so that a new one cannot forget the rules.</summary>
public sealed class AccessTests(ApiServer server)
{
    private sealed record Route(string Method, string Path, Access Access);

    private static readonly string[] KnownOpen =
    [
        "POST /v1/tokens", "POST /v1/tokens/exchange", "POST /v1/users", "GET /v1/regions", "PUT /sources/{id}/upload",
        "GET /sources/{id}/archive.tar.gz", "GET /apps/{appId}/deployments/stream", "GET /apps/{appId}/logs",
        "GET /apps/{appId}/logs_archives/{id}",
        "GET /v1/features/container_sizes", "GET /v1/features/metrics", "GET /v1/features/stacks", "GET /v1/addon_providers", "GET /v1/addon_categories",
        "GET /v1/event_types", "GET /v1/event_categories", "GET /v1/notification_platforms",
        // The registry has a token flow of its own: RegistryTests.
        "GET /v2", "GET /v2/token", "GET /v2/{name}/tags/list", "GET /v2/{name}/manifests/{reference}", "HEAD /v2/{name}/manifests/{reference}",
        "GET /v2/{name}/blobs/{digest}", "HEAD /v2/{name}/blobs/{digest}",
    ];

    [Fact]
    public void Routes_OpenToAnyone_AreTheKnownOnes()
    {
        var open = Routes().Where(r => r.Access == Access.Anyone).Select(r => $"{r.Method} {r.Path}");

        Assert.Equal(KnownOpen.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryClosedRoute_WithoutAValidToken_Answers401()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var expired = Sign(server.Options, tenant.User.Id.Value, TimeSpan.FromSeconds(-1), SessionTokens.Session);
        var foreign = Sign(new ApiOptions { SigningKey = new byte[32] }, tenant.User.Id.Value, TimeSpan.FromHours(1), SessionTokens.Session);
        var otherPurpose = Sign(server.Options, tenant.User.Id.Value, TimeSpan.FromHours(1), SessionTokens.Logs);
        var nobody = Sign(server.Options, "us-nobody", TimeSpan.FromHours(1), SessionTokens.Session);
        string?[] headers =
        [
            null, "Bearer", "Bearer x.y.z", "Bearer tk-us-unknown", $"Bearer {expired}", $"Bearer {foreign}", $"Bearer {otherPurpose}",
            $"Bearer {nobody}", $"Bearer {Unsigned(tenant.Session)}", "Basic !!!", "Basic Og==",
        ];
        foreach (var route in Closed())
        {
            foreach (var header in headers)
            {
                var answer = await CallAsync(route, app.Name.Value, header);
                Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{route} with {header}: {answer.Status}");
                Assert.NotEqual("", answer.Root("error").GetString());
            }
        }
    }

    [Fact]
    public async Task EveryAppRoute_OfAnotherTenant_Answers404()
    {
        var owner = await server.NewTenantAsync();
        var stranger = await server.NewTenantAsync();
        var app = await owner.NewAppAsync();
        var routes = Closed().Where(r => r.Path.Contains("{app}", StringComparison.Ordinal) && r.Access == Access.Owner).ToList();
        Assert.True(routes.Count > 30, $"only {routes.Count} app routes found");
        foreach (var route in routes)
        {
            foreach (var name in (string[])[app.Name.Value, app.Id.Value, "no-such-app"])
            {
                var answer = await CallAsync(route, name, $"Bearer {stranger.Session}");
                Assert.True(answer.Status == HttpStatusCode.NotFound, $"{route} as {name}: {answer.Status}");
                Assert.Equal("app", answer.Root("resource").GetString());
            }
        }
    }

    [Fact]
    public async Task EveryAdminRoute_OfAnOrdinaryUser_Answers403()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var routes = Closed().Where(r => r.Access == Access.Operator).ToList();
        Assert.True(routes.Count > 8, $"only {routes.Count} admin routes found");
        foreach (var route in routes)
        {
            var answer = await CallAsync(route, app.Name.Value, $"Bearer {tenant.Session}");
            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{route}: {answer.Status}");
            Assert.Equal("operator_required", answer.Root("code").GetString());
        }
    }

    [Fact]
    public async Task AnApiToken_AsBearer_IsEnough()
    {
        var tenant = await server.NewTenantAsync();
        tenant.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", tenant.ApiToken);

        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync("/v1/users/self")).Status);
    }

    [Fact]
    public async Task AChild_OfAnotherTenantsApp_IsNotFoundThroughAnOwnApp()
    {
        var owner = await server.NewTenantAsync();
        var stranger = await server.NewTenantAsync();
        var deployment = await owner.AddDeploymentAsync(await owner.NewAppAsync());
        var mine = await stranger.NewAppAsync();

        (await stranger.GetAsync($"/v1/apps/{mine.Id}/deployments/{deployment.Id}")).IsMissing("deployment");
        (await stranger.GetAsync($"/v1/apps/{mine.Id}/deployments/{deployment.Id}/output")).IsMissing("deployment");
        (await stranger.SendAsync("POST", $"/v1/apps/{mine.Id}/deployments/{deployment.Id}/rollback", "{}")).IsMissing("deployment");
    }

    private async Task<Answer> CallAsync(Route route, string app, string? authorization)
    {
        var path = route.Path.Replace("{app}", app, StringComparison.Ordinal);
        path = System.Text.RegularExpressions.Regex.Replace(path, "{[a-zA-Z]+}", "some-id");
        using var http = new HttpClient { BaseAddress = server.Url };
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), path);
        if (route.Method != "GET")
            request.Content = Tenant.Json("{ malformed");
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await Answer.ReadAsync(await http.SendAsync(request));
    }

    private IEnumerable<Route> Closed() => Routes().Where(r => r.Access != Access.Anyone);

    private List<Route> Routes() =>
    [
        .. from endpoint in server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
           let access = endpoint.Metadata.GetMetadata<ApiEndpoint>()
           where access is not null
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
           select new Route(method, endpoint.RoutePattern.RawText!.TrimEnd('/'), access.Access),
    ];

    private static string Sign(ApiOptions options, string subject, TimeSpan lifetime, string audience) =>
        new SessionTokens(new SigningKey(Options.Create(options)), TimeProvider.System).Issue(audience, subject, lifetime);

    // The classic attack: an algorithm that needs no key.
    private static string Unsigned(string token) =>
        $"{System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{token.Split('.')[1]}.";
}

using System.Net;
using Gantry.Agent.Runtime;
using Gantry.Api.Tests.Support;
using Gantry.Store.Records;

namespace Gantry.Api.Tests;

public sealed class ErrorTests(ApiServer server)
{
    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1/nothing")]
    [InlineData("/api/databases/x")]
    public async Task AnUnknownAddress_Answers404AsJson(string path)
    {
        var tenant = await server.NewTenantAsync();

        (await tenant.GetAsync(path)).IsMissing("");
    }

    [Fact]
    public async Task AnUnknownVerb_Answers405AsJsonWithTheAllowedOnes()
    {
        var tenant = await server.NewTenantAsync();

        var answer = await tenant.SendAsync("PUT", "/v1/apps", "{}");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Contains("POST", answer.Root("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("""{"app":"text"}""")]
    [InlineData("""{"app":{"name":7}}""")]
    [InlineData("""{"app":{"name":["x"]}}""")]
    [InlineData("""{"app":{"name":"\ud800"}}""")]
    [InlineData("""{"app":{"hds_resource":"yes","name":"some-name"}}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("")]
    public async Task ABrokenBody_Answers400WithCode(string body)
    {
        var tenant = await server.NewTenantAsync();

        var answer = await tenant.SendAsync("POST", "/v1/apps", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("bad_request", answer.Root("code").GetString());
        Assert.DoesNotContain("System.", answer.Root("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/scale", """{"containers":[{"name":"web","amount":"two"}]}""")]
    [InlineData("POST", "/scale", """{"containers":[{"name":"web","amount":1.5}]}""")]
    [InlineData("POST", "/scale", """{"containers":{}}""")]
    [InlineData("POST", "/restart", """{"scope":"web"}""")]
    [InlineData("POST", "/run", """{"command":["ls"]}""")]
    [InlineData("PUT", "/variables", """{"variables":[{"name":"A","value":1}]}""")]
    [InlineData("POST", "/deployments", """{"deployment":{"source_url":7}}""")]
    [InlineData("PATCH", "", """{"app":{"force_https":"yes"}}""")]
    public async Task AWrongType_Answers400(string method, string path, string body)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();

        var answer = await tenant.SendAsync(method, $"/v1/apps/{app.Name}{path}", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("bad_request", answer.Root("code").GetString());
    }

    [Fact]
    public async Task AHugeBody_Answers413WithTheLimit()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var body = $$$"""{"variable":{"name":"A","value":"{{{new string('x', 3_000_000)}}}"}}""";

        var answer = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/variables", body);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("2097152", answer.Root("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OurOwnFault_Answers500WithTheRequestIdAndNoDetails()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        try
        {
            server.Runtime.SampleFailure = new InvalidOperationException("secret detail");
            var answer = await tenant.GetAsync($"/v1/apps/{app.Name}/stats");
            Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
            Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
            Assert.Contains(answer.Message.Headers.GetValues("X-Request-Id").Single(), answer.Root("error").GetString(), StringComparison.Ordinal);

            server.Runtime.SampleFailure = new RuntimeException("the engine is starting.", isTransient: true);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await tenant.GetAsync($"/v1/apps/{app.Name}/stats")).Status);

            server.Runtime.SampleFailure = new StoreException("The database db.internal:5432/gantry does not answer.", isTransient: true);
            var away = await tenant.GetAsync($"/v1/apps/{app.Name}/stats");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, away.Status);
            Assert.Contains("Try again in a minute", away.Root("error").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("db.internal", away.Text, StringComparison.Ordinal);
        }
        finally
        {
            server.Runtime.SampleFailure = null;
        }
    }

    [Fact]
    public async Task ARequestId_OfTheClient_IsKept()
    {
        var tenant = await server.NewTenantAsync();
        tenant.Http.DefaultRequestHeaders.Add("X-Request-Id", "client-chosen-id-0123456789");

        var answer = await tenant.GetAsync("/v1/apps");

        Assert.Equal("client-chosen-id-0123456789", answer.Message.Headers.GetValues("X-Request-Id").Single());
    }

    [Theory]
    [InlineData("page=0")]
    [InlineData("page=x")]
    [InlineData("per_page=-1")]
    public async Task AWrongPage_Answers400(string query)
    {
        var tenant = await server.NewTenantAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await tenant.GetAsync($"/v1/events?{query}")).Status);
    }

    [Fact]
    public async Task EndpointsOfOthers_AreLeftAlone()
    {
        using var http = new HttpClient();

        Assert.Equal("not of the API", await http.GetStringAsync(new Uri(server.Url, "/other")));
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gantry.Api.Tests.Support;

namespace Gantry.Api.Tests;

public sealed class AccountTests(ApiServer server)
{
    [Fact]
    public async Task Exchange_GivesASessionThatExpiresInAnHour()
    {
        var tenant = await server.NewTenantAsync();

        var payload = tenant.Session.Split('.')[1];
        var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(payload)).RootElement;

        claims.Has("exp#", "iat#", "sub!");
        Assert.InRange(claims.GetProperty("exp").GetInt64() - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 3590, 3600);
    }

    [Fact]
    public async Task ThePassword_MakesATokenThatCanBeExchanged()
    {
        var tenant = await server.NewTenantAsync(password: "correct horse");
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Authorization = Tenant.Basic(tenant.User.Email, "correct horse");

        var answer = await Answer.ReadAsync(await http.PostAsync("/v1/tokens?", Tenant.Json("""{"token":{"name":"Scalingo CLI - box"}}""")));

        Assert.Equal(HttpStatusCode.Created, answer.Status);
        answer.Root("token").Has("id!", "name!", "created_at!", "last_used_at", "token!");
        Assert.StartsWith("tk-us-", answer.Root("token").GetProperty("token").GetString(), StringComparison.Ordinal);
        http.DefaultRequestHeaders.Authorization = Tenant.Basic("", answer.Root("token").GetProperty("token").GetString()!);
        Assert.Equal(HttpStatusCode.OK, (await http.PostAsync("/v1/tokens/exchange", Tenant.Json("{}"))).StatusCode);
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    public async Task AWrongPassword_Answers401(string password)
    {
        var tenant = await server.NewTenantAsync(password: "correct horse");
        using var http = new HttpClient { BaseAddress = server.Url };
        foreach (var login in (string[])[tenant.User.Username, (await server.NewTenantAsync()).User.Username, "nobody"])
        {
            http.DefaultRequestHeaders.Authorization = Tenant.Basic(login, password);
            var answer = await Answer.ReadAsync(await http.PostAsync("/v1/tokens", Tenant.Json("{}")));
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        }
    }

    [Fact]
    public async Task Tokens_AreListedWithoutSecrets_RenewedAndRevoked()
    {
        var tenant = await server.NewTenantAsync();
        var made = (await tenant.SendAsync("POST", "/v1/tokens", """{"name":"from js"}""")).Root("token");
        var id = made.GetProperty("id").GetString();

        var list = (await tenant.GetAsync("/v1/tokens")).Root("tokens").EnumerateArray().ToList();
        Assert.Equal(2, list.Count);
        Assert.All(list, t => Assert.Equal(JsonValueKind.Null, t.GetProperty("token").ValueKind));
        Assert.Equal("from js", (await tenant.GetAsync($"/v1/tokens/{id}")).Root("token").GetProperty("name").GetString());
        var renewed = (await tenant.SendAsync("PATCH", $"/v1/tokens/{id}/renew", "{}")).Root("token");
        Assert.NotEqual(made.GetProperty("token").GetString(), renewed.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"/v1/tokens/{id}?")).Status);
        (await tenant.SendAsync("DELETE", $"/v1/tokens/{id}")).IsMissing("token");
        tenant.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", renewed.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.GetAsync("/v1/apps")).Status);
    }

    [Fact]
    public async Task AnotherUsersToken_CanNotBeTouched()
    {
        var owner = await server.NewTenantAsync();
        var stranger = await server.NewTenantAsync();
        var id = (await owner.GetAsync("/v1/tokens")).Root("tokens")[0].GetProperty("id").GetString();

        (await stranger.GetAsync($"/v1/tokens/{id}")).IsMissing("token");
        (await stranger.SendAsync("PATCH", $"/v1/tokens/{id}/renew", "{}")).IsMissing("token");
        (await stranger.SendAsync("DELETE", $"/v1/tokens/{id}")).IsMissing("token");
    }

    [Fact]
    public async Task Self_HasNoAdminFlag_EvenForOperators()
    {
        var tenant = await server.NewTenantAsync(isOperator: true);

        var user = (await tenant.GetAsync("/v1/users/self?")).Root("user");

        user.Has("id!", "username!", "fullname!", "email!", "flags!");
        Assert.Empty(user.GetProperty("flags").EnumerateObject());
    }

    [Fact]
    public async Task Regions_PointAtThisServer()
    {
        using var http = new HttpClient { BaseAddress = server.Url };

        var regions = (await Answer.ReadAsync(await http.GetAsync("/v1/regions?"))).Root("regions");

        regions[0].Has("name!", "display_name!", "ssh!", "api!", "dashboard!", "database_api!", "default!");
        Assert.Equal(server.Url.ToString().TrimEnd('/'), regions[0].GetProperty("api").GetString());
        Assert.True(regions[0].GetProperty("default").GetBoolean());
    }

    [Fact]
    public async Task APassword_CanBeChanged()
    {
        var tenant = await server.NewTenantAsync();

        (await tenant.SendAsync("PATCH", "/v1/account/profile", """{"user":{"password":"short"}}""")).Refuses("password", "too short");
        var changed = await tenant.SendAsync("PATCH", "/v1/account/profile", """{"user":{"password":"battery staple"}}""");

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        using var http = new HttpClient { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Authorization = Tenant.Basic(tenant.User.Username, "battery staple");
        Assert.Equal(HttpStatusCode.Created, (await http.PostAsync("/v1/tokens", Tenant.Json("{}"))).StatusCode);
    }

    [Fact]
    public async Task Keys_AreRegisteredWithTheFingerprintThatSshKeygenPrints()
    {
        var tenant = await server.NewTenantAsync();
        var (key, fingerprint) = await MakeKeyAsync();

        var created = await tenant.SendAsync("POST", "/v1/keys", $$$"""{"key":{"name":"laptop","content":"{{{key}}}"}}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        created.Root("key").Has("id!", "name!", "content!");
        var store = (Store.Records.IAccountStore)server.Services.GetService(typeof(Store.Records.IAccountStore))!;
        Assert.Equal(tenant.User.Id, (await store.FindKeyByFingerprintAsync(fingerprint, default))?.UserId);
        var id = created.Root("key").GetProperty("id").GetString();
        Assert.Equal(id, (await tenant.GetAsync("/v1/keys")).Root("keys")[0].GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await (await server.NewTenantAsync())
            .SendAsync("POST", "/v1/keys", $$$"""{"name":"copy","content":"{{{key}}}"}""")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"/v1/keys/{id}")).Status);
        (await tenant.SendAsync("DELETE", $"/v1/keys/{id}")).IsMissing("key");
    }

    [Theory]
    [InlineData("", "blank")]
    [InlineData("hello world", "not an OpenSSH public key")]
    [InlineData("ssh-ed25519 AAAA", "damaged")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA\\ncommand=x", "one line")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----", "private")]
    public async Task ABrokenKey_IsRefusedWithTheReason(string content, string reason)
    {
        var tenant = await server.NewTenantAsync();

        (await tenant.SendAsync("POST", "/v1/keys", $$$"""{"key":{"name":"x","content":"{{{content}}}"}}""")).Refuses("content", reason);
    }

    private static async Task<(string Key, string Fingerprint)> MakeKeyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("gantry-key-").FullName;
        try
        {
            var path = Path.Combine(folder, "id");
            await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path);
            var fingerprint = (await RunAsync("ssh-keygen", "-lf", path)).Split(' ')[1];
            return ((await File.ReadAllTextAsync(path + ".pub")).Trim(), fingerprint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}

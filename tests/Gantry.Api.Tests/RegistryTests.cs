using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Store.Blobs;
using Microsoft.Extensions.DependencyInjection;

namespace Gantry.Api.Tests;

/// <summary>The registry as its clients use it: by hand, with skopeo, and with a Docker engine.</summary>
public sealed class RegistryTests(ApiServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-pulled-").FullName;

    [Fact]
    public async Task Skopeo_CopiesAnApp_AsItsStackAndOneLayerUnderApp()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);

        var copied = await SkopeoAsync(tenant.ApiToken, app.Repository + ":latest", "a");

        Assert.True(copied.Code == 0, copied.Output);
        var (manifest, config) = Read("a");
        Assert.Equal(2, manifest.GetProperty("layers").GetArrayLength());
        var start = config.GetProperty("config");
        Assert.Equal("1000:1000", start.GetProperty("User").GetString());
        Assert.Equal("/app", start.GetProperty("WorkingDir").GetString());
        Assert.Contains("COLOUR=blue", start.GetProperty("Env").EnumerateArray().Select(e => e.GetString()));
        var listing = await DockerEngine.ToolAsync("tar", "--list", "--verbose", "--numeric-owner", "--file", Blob("a", LayerDigest(manifest, 1)));
        var lines = listing.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, listing.Code);
        Assert.All(lines, l => Assert.Matches(@"^\S+ 1000/1000 .* app/", l));
        Assert.Contains(lines, l => l.EndsWith(@"app/caf\351", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("app/hard", StringComparison.Ordinal) || l.EndsWith(" link to app/hard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Docker_PullsAndRunsAnApp_AsThePlatformDoes()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);
        await using var engine = await DockerEngine.StartAsync($"api-{Environment.ProcessId}");
        await engine.DockerAsync("login", "--username", "any", "--password", tenant.ApiToken, server.Url.Authority);

        await engine.DockerAsync("pull", app.Repository);

        Assert.Equal("web says hello to blue", await engine.DockerAsync("run", "--rm", "--network=none", app.Repository));
        const string Look = "id -u; stat -c '%u %a %n' /app /app/bin/tool; cat soft hard; echo kept > /app/new && cat /app/new";
        Assert.Equal(
            "1000\n1000 755 /app\n1000 755 /app/bin/tool\ndeep\ndeep\nkept", await engine.DockerAsync("run", "--rm", "--network=none", app.Repository, Look));
    }

    [Fact]
    public async Task Stack_Patched_ChangesTheManifestAndNotTheAppLayer()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);
        await SkopeoAsync(tenant.ApiToken, app.Repository + ":latest", "before");

        await app.ReleaseAsync("two");
        await SkopeoAsync(tenant.ApiToken, app.Repository + ":latest", "after");

        var (before, after) = (Read("before").Manifest, Read("after").Manifest);
        Assert.NotEqual(LayerDigest(before, 0), LayerDigest(after, 0));
        Assert.Equal(LayerDigest(before, 1), LayerDigest(after, 1));
    }

    [Fact]
    public async Task Image_ByDeploymentOrDigest_IsTheOneThatItWas()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);
        var old = await app.ReleaseAsync("two", "older");
        var token = await TokenAsync(tenant.ApiToken, app.Name);
        var first = await GetAsync($"/v2/{app.Name}/manifests/{old.Id}", token);
        await app.ReleaseAsync("three", "newer");

        var digest = first.Message.Headers.GetValues("Docker-Content-Digest").Single();
        Assert.Equal(first.Text, (await GetAsync($"/v2/{app.Name}/manifests/{old.Id}", token)).Text);
        Assert.Equal(first.Text, (await GetAsync($"/v2/{app.Name}/manifests/{digest}", token)).Text);
        Assert.NotEqual(first.Text, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Text);
        var tags = (await GetAsync($"/v2/{app.Name}/tags/list", token)).Body.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ToList();
        Assert.Equal(4, tags.Count);
        Assert.Contains(old.Id.Value, tags);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/v2/{app.Name}/manifests/no-such", token)).Status);
    }

    [Fact]
    public async Task Blobs_OfAnImageCollected_TakeTheirDigestsAlong()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);
        var old = await app.ReleaseAsync("collected", "collected");
        var token = await TokenAsync(tenant.ApiToken, app.Name);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Status);
        var image = (await server.Deployments.FindImageAsync(old.ImageId!.Value, default))!;
        await app.ReleaseAsync("kept", "kept");
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Status);
        var folder = Path.Combine(server.Folder, "api", "registry");
        string[] before = [.. Directory.GetFiles(folder)];
        Assert.Equal(2, before.Count(IsOfImage));
        File.WriteAllText(Path.Combine(folder, "app-0000.half"), "");
        File.SetLastWriteTimeUtc(Path.Combine(folder, "app-0000.half"), DateTime.UtcNow.AddHours(-2));

        // As the collector of control does.
        await server.Deployments.DeleteImageAsync(image.Id, default);
        foreach (var blob in (Digest[])[image.StackDigest, image.LayerDigest])
            await server.Services.GetRequiredService<IBlobStore>().DeleteAsync(blob, default);

        await Until.TrueAsync(() => !Directory.GetFiles(folder).Any(f => IsOfImage(f) || f.EndsWith(".half", StringComparison.Ordinal)), "The digests stayed.");
        Assert.DoesNotContain(before, f => !IsOfImage(f) && !File.Exists(f));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/v2/{app.Name}/manifests/{old.Id}", token)).Status);

        bool IsOfImage(string file) => file.EndsWith(image.StackDigest.Hex, StringComparison.Ordinal) || file.EndsWith(image.LayerDigest.Hex, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_WithoutAToken_IsToldWhereToGetOne()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);

        var answer = await GetAsync($"/v2/{app.Name}/manifests/latest", null);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        var challenge = answer.Message.Headers.WwwAuthenticate.Single();
        Assert.Equal("Bearer", challenge.Scheme);
        Assert.Contains($"realm=\"{server.Url.ToString().TrimEnd('/')}/v2/token\"", challenge.Parameter);
        Assert.Contains($"scope=\"repository:{app.Name}:pull\"", challenge.Parameter);
        Assert.Equal("UNAUTHORIZED", answer.Body.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v2/", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v2/", await TokenAsync(tenant.ApiToken, app.Name))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/v2/", tenant.Session)).Status);
    }

    [Fact]
    public async Task App_OfAnotherTenant_CannotBePulled_ButByAnOperator()
    {
        var (owner, stranger, chief) = (await server.NewTenantAsync(), await server.NewTenantAsync(), await server.NewTenantAsync(isOperator: true));
        var (app, own) = (await RegistryApp.CreateAsync(server, owner), await RegistryApp.CreateAsync(server, stranger));

        Assert.NotEqual(0, (await SkopeoAsync(stranger.ApiToken, app.Repository + ":latest", "stolen")).Code);
        Assert.NotEqual(0, (await SkopeoAsync("tk-us-wrong", app.Repository + ":latest", "stolen")).Code);
        Assert.Equal(0, (await SkopeoAsync(chief.ApiToken, app.Repository + ":latest", "seen")).Code);
        // Neither with a token for an app of one's own, nor a known digest through an app of one's own.
        var token = await TokenAsync(stranger.ApiToken, app.Name, own.Name);
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Status);
        await own.ReleaseAsync("one", "of the stranger");
        var manifest = (await GetAsync($"/v2/{app.Name}/manifests/latest", await TokenAsync(owner.ApiToken, app.Name))).Body;
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/v2/{own.Name}/blobs/{manifest.GetProperty("config").GetProperty("digest")}", token)).Status);
    }

    [Fact]
    public async Task Right_TakenAway_EndsATokenAtOnce()
    {
        var tenant = await server.NewTenantAsync();
        var app = await RegistryApp.CreateAsync(server, tenant);
        var token = await TokenAsync(tenant.ApiToken, app.Name);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Status);

        var id = (await server.Apps.FindAsync(app.Name, default))!.Id;
        await server.Apps.UpdateAsync(id, a => a with { DeletedAt = DateTimeOffset.UtcNow }, default);

        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync($"/v2/{app.Name}/manifests/latest", token)).Status);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<(int Code, string Output)> SkopeoAsync(string secret, string image, string name) => DockerEngine.ToolAsync(
        "skopeo", "copy", "--src-tls-verify=false", "--src-creds", $"user:{secret}", "--dest-oci-accept-uncompressed-layers",
        $"docker://{image}", $"oci:{_folder}/{name}:it");

    private (JsonElement Manifest, JsonElement Config) Read(string name)
    {
        var index = Json(Path.Combine(_folder, name, "index.json"));
        var manifest = Json(Blob(name, index.GetProperty("manifests")[0].GetProperty("digest").GetString()!));
        return (manifest, Json(Blob(name, manifest.GetProperty("config").GetProperty("digest").GetString()!)));
    }

    private string Blob(string name, string digest) => Path.Combine(_folder, name, "blobs", digest.Replace(':', '/'));

    private static string LayerDigest(JsonElement manifest, int index) => manifest.GetProperty("layers")[index].GetProperty("digest").GetString()!;

    private static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;

    private async Task<string> TokenAsync(string secret, params string[] apps)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, "/v2/token?service=x&" + string.Join('&', apps.Select(a => $"scope=repository:{a}:pull,push")));
        request.Headers.Authorization = Tenant.Basic("user", secret);
        return (await SendAsync(request)).Body.GetProperty("token").GetString()!;
    }

    private Task<Answer> GetAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return SendAsync(request);
    }

    private async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var http = new HttpClient { BaseAddress = server.Url };
        return await Answer.ReadAsync(await http.SendAsync(request));
    }
}

using System.Net;
using System.Net.Http.Headers;
using Gantry.Api.Tests.Support;
using Gantry.Domain;
using Gantry.Domain.Deployments;

namespace Gantry.Api.Tests;

public sealed class DeploymentTests(ApiServer server)
{
    private static readonly string[] Fields =
    [
        "id!", "app_id!", "created_at!", "status!", "git_ref!", "image!", "registry!", "duration#", "postdeploy_hook!", "image_size#",
        "stack_base_image!", "pusher!", "links!",
    ];

    [Fact]
    public async Task AnUploadedArchive_IsDeployedFromItsBlob()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var source = (await tenant.SendAsync("POST", "/v1/sources?", "{}")).Root("source");
        source.Has("upload_url!", "download_url!");
        var archive = new byte[] { 0x1f, 0x8b, 1, 2, 3 };

        using var anonymous = new HttpClient();
        using var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-gzip");
        Assert.Equal(HttpStatusCode.OK, (await anonymous.PutAsync(source.GetProperty("upload_url").GetString(), content)).StatusCode);
        Assert.Equal(archive, await anonymous.GetByteArrayAsync(source.GetProperty("download_url").GetString()));
        var created = await tenant.SendAsync(
            "POST", $"/v1/apps/{app.Name}/deployments", $$$"""{"deployment":{"git_ref":"v1","source_url":"{{{source.GetProperty("download_url").GetString()}}}"}}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        created.Root("deployment").Has(Fields);
        created.Root("deployment").GetProperty("pusher").Has("id!", "username!", "email!");
        Assert.Equal("queued", created.Root("deployment").GetProperty("status").GetString());
        var stored = await server.Deployments.FindAsync(new DeploymentId(created.Root("deployment").GetProperty("id").GetString()!), default);
        Assert.Equal(SourceKind.Blob, stored!.Source.Kind);
        Assert.Equal(Digest.FromSha256(System.Security.Cryptography.SHA256.HashData(archive)).Value, stored.Source.Value);
    }

    [Fact]
    public async Task ADeployment_FromAnotherAddress_KeepsTheAddress()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        var created = await tenant.SendAsync(
            "POST", $"/v1/apps/{app.Name}/deployments", """{"deployment":{"git_ref":null,"source_url":"https://example.org/a.tar.gz?x=1"}}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var stored = await server.Deployments.FindAsync(new DeploymentId(created.Root("deployment").GetProperty("id").GetString()!), default);
        Assert.Equal(new DeploymentSource(SourceKind.Url, "https://example.org/a.tar.gz?x=1"), stored!.Source);
    }

    [Theory]
    [InlineData("""{"source_url":"ftp://example.org/x"}""", "source_url", "http")]
    [InlineData("""{"source_url":"file:///etc/passwd"}""", "source_url", "http")]
    [InlineData("""{"source_url":null}""", "source_url", "http")]
    [InlineData("""{"git_ref":"-x","source_url":"https://example.org/x"}""", "git_ref", "hyphen")]
    public async Task AWrongDeployment_IsRefusedWithFieldAndRule(string body, string field, string rule)
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        (await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/deployments", $$$"""{"deployment":{{{body}}}}""")).Refuses(field, rule);
    }

    [Fact]
    public async Task Sources_OfOthersOrWithNothingInThem_AreRefused()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var stranger = await server.NewTenantAsync();
        var foreign = (await stranger.SendAsync("POST", "/v1/sources", "{}")).Root("source");
        var empty = (await tenant.SendAsync("POST", "/v1/sources", "{}")).Root("source").GetProperty("download_url").GetString();

        await RefusedAsync(foreign.GetProperty("download_url").GetString()!, "not yours");
        await RefusedAsync(empty!, "nothing uploaded");
        await RefusedAsync(empty!.Split('?')[0] + "?token=x", "expired");

        async Task RefusedAsync(string url, string reason) => (await tenant.SendAsync(
            "POST", $"/v1/apps/{app.Name}/deployments", $$$"""{"deployment":{"source_url":"{{{url}}}"}}""")).Refuses("source_url", reason);
    }

    [Fact]
    public async Task AnUpload_ThatIsTooLargeOrExpired_IsRefused()
    {
        var tenant = await server.NewTenantAsync();
        var source = (await tenant.SendAsync("POST", "/v1/sources", "{}")).Root("source");
        var upload = source.GetProperty("upload_url").GetString()!;
        using var anonymous = new HttpClient();

        using var declared = new ByteArrayContent(new byte[2_000_000]);
        var tooLarge = await Answer.ReadAsync(await anonymous.PutAsync(upload, declared));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.Status);
        Assert.Contains("1000000", tooLarge.Root("error").GetString(), StringComparison.Ordinal);
        using var undeclared = new HttpRequestMessage(HttpMethod.Put, upload) { Content = new StreamContent(new MemoryStream(new byte[2_000_000])) };
        undeclared.Headers.TransferEncodingChunked = true;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await anonymous.SendAsync(undeclared)).StatusCode);
        using var little = new ByteArrayContent([1]);
        var forged = await anonymous.PutAsync(upload.Split('?')[0] + "?token=" + source.GetProperty("download_url").GetString()!.Split('=')[1], little);
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
    }

    [Fact]
    public async Task TheList_IsPagedNewestFirst()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var start = DateTimeOffset.UtcNow;
        for (var i = 0; i < 5; i++)
            await tenant.AddDeploymentAsync(app, d => d with { GitRef = $"v{i}", CreatedAt = start.AddSeconds(i) });

        var answer = await tenant.GetAsync($"/v1/apps/{app.Name}/deployments?page=2&per_page=2");

        Assert.Equal(["v2", "v1"], answer.Root("deployments").EnumerateArray().Select(d => d.GetProperty("git_ref").GetString()));
        answer.Root("deployments")[0].Has(Fields);
        var pagination = answer.Root("meta").GetProperty("pagination");
        pagination.Has("current_page#", "prev_page#", "next_page#", "total_pages#", "total_count#", "per_page#");
        Assert.Equal("2 1 3 3 5", string.Join(
            ' ', ((string[])["current_page", "prev_page", "next_page", "total_pages", "total_count"]).Select(f => pagination.GetProperty(f).GetRawText())));
    }

    [Fact]
    public async Task TheOutput_IsTextAtTheLink_And404BeforeThereIsAny()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();
        var deployment = await tenant.AddDeploymentAsync(app);
        var shown = (await tenant.GetAsync($"/v1/apps/{app.Name}/deployments/{deployment.Id}")).Root("deployment");
        var link = new Uri(shown.GetProperty("links").GetProperty("output").GetString()!).AbsolutePath;

        (await tenant.GetAsync(link)).IsMissing("output");
        await server.Deployments.AppendOutputAsync(deployment.Id, "-----> Node.js\n", default);
        var output = await tenant.GetAsync(link);

        Assert.Equal("-----> Node.js\n", output.Text);
        Assert.Equal("text/plain", output.Message.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task ARollback_QueuesTheOldImage()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var failed = await tenant.AddDeploymentAsync(app, d => d with { Status = DeploymentStatus.BuildError });
        var lost = await tenant.AddDeploymentAsync(app, d => d with { Status = DeploymentStatus.Success, ImageId = new ImageId("im-gone") });
        var path = $"/v1/apps/{app.Name}/deployments";

        var created = await tenant.SendAsync("POST", $"{path}/{app.CurrentDeploymentId}/rollback", "{}");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var stored = await server.Deployments.FindAsync(new DeploymentId(created.Root("deployment").GetProperty("id").GetString()!), default);
        Assert.Equal(new DeploymentSource(SourceKind.Image, app.CurrentImageId!.Value.Value), stored!.Source);
        (await tenant.SendAsync("POST", $"{path}/{failed.Id}/rollback", "{}")).Refuses("deployment", "build-error");
        (await tenant.SendAsync("POST", $"{path}/{lost.Id}/rollback", "{}")).Refuses("deployment", "removed");
    }

    [Fact]
    public async Task TheCache_IsDeleted()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewAppAsync();

        Assert.Equal(HttpStatusCode.NoContent, (await tenant.SendAsync("DELETE", $"/v1/apps/{app.Name}/caches/deployment?")).Status);

        Assert.Contains(app.Id, server.Ports.DeletedCaches);
    }
}

using System.Diagnostics;
using System.Net;
using Gantry.Build.Images;
using Gantry.Build.Stacks;
using Gantry.Store.Blobs;
using Gantry.Store.FileBlobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Gantry.Build.Tests.Stacks;

/// <summary>Images of a real registry (Debian's docker-registry), on loopback.</summary>
public sealed class RegistryImportTests : IAsyncLifetime
{
    private readonly TempFolder _temp = new();
    private readonly string _host = $"127.0.0.1:{FreePort.Take()}";
    private Process? _registry;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var file = _temp.Write("registry.yml", $$"""
            version: 0.1
            log: { level: error }
            storage: { filesystem: { rootdirectory: {{_temp["registry"]}} } }
            http: { addr: {{_host}} }
            auth: { htpasswd: { realm: test, path: {{_temp["users"]}} } }
            """);
        // The password is "secret".
        _temp.Write("users", "reader:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n");
        _registry = Process.Start(new ProcessStartInfo("docker-registry", ["serve", file]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _temp.Write("auth.json", $$$"""{"auths":{"{{{_host}}}":{"auth":"{{{Convert.ToBase64String("reader:secret"u8)}}}" } } }""");
        using var http = new HttpClient();
        await Until.TrueAsync(() => AnswersAsync(http), "The registry did not start.");
    }

    [Fact]
    public async Task Image_OfARegistryWithLogin_BecomesAStack()
    {
        _temp.Write("root/bin/bash", "not really");
        await HostTool.RunAsync("umoci", _temp.Path, ["init", "--layout", "layout"], Token);
        await HostTool.RunAsync("umoci", _temp.Path, ["new", "--image", "layout:one"], Token);
        await HostTool.RunAsync("umoci", _temp.Path, ["insert", "--image", "layout:one", _temp["root"], "/"], Token);
        await HostTool.RunAsync(
            "skopeo", _temp.Path, ["copy", "--dest-tls-verify=false", "--dest-authfile", _temp["auth.json"], "oci:layout:one", $"docker://{_host}/base/root:1"], Token);

        var imported = await Importer(_temp["auth.json"]).ImportAsync($"docker://{_host}/base/root:1", null, Token);

        Assert.True(imported.IsSuccess, imported.Refusal?.ToString());
        Assert.Equal(imported.Value.Digest, (await Importer(null).ImportAsync(_temp["layout"], null, Token)).Value.Digest);
    }

    [Fact]
    public async Task Image_WithoutALogin_IsRefusedWithTheRegistrysWords()
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => Importer(_temp.Write("nobody.json", "{}")).ImportAsync($"docker://{_host}/base/root:1", null, Token));

        Assert.Contains("authentication required", error.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _registry?.Kill();
        await (_registry?.WaitForExitAsync() ?? Task.CompletedTask);
        _registry?.Dispose();
        _temp.Dispose();
    }

    private StackImporter Importer(string? authFile)
    {
        var options = new BuildOptions { DataDirectory = _temp["data"], RegistryAuthFile = authFile };
        options.InsecureRegistries.Add(_host);
        var blobs = new ServiceCollection().AddFileBlobs(o => o.Directory = _temp["blobs"]).BuildServiceProvider().GetRequiredService<IBlobStore>();
        return new StackImporter(blobs, Options.Create(options));
    }

    private async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            return (await http.GetAsync($"http://{_host}/v2/", Token)).StatusCode == HttpStatusCode.Unauthorized;
        }
        catch (HttpRequestException)
        {
            Assert.False(_registry!.HasExited, "The registry ended.");
            return false;
        }
    }
}

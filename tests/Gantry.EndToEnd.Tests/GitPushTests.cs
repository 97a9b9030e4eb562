using System.Net;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

[Collection("platform")]
public sealed class GitPushTests(GantryPlatform platform)
{
    [Fact]
    public async Task Push_NodeAppWithNpmDependencies_IsServedAndLogged()
    {
        var app = await platform.CreateAppAsync("node");
        using var source = await SourceTree.FromSampleAsync(platform, "node-hello");

        var push = (await source.PushAsync(app)).ExpectSuccess();
        var (status, _) = await platform.GetAsync(app);
        var log = await Wait.ForAsync<string>(
            async () => (await platform.CliAsync("logs", "--app", app, "-n", "50")).Output is { Length: > 0 } text && text.Contains("[web-1]", StringComparison.Ordinal) ? text : null,
            "a line of web-1 in the log");

        Assert.Contains("remote: -----> ", push.Error, StringComparison.Ordinal);
        Assert.Contains($"http://{app}.apps.localhost:{platform.EdgePort}", push.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("UTC [web-1]", log, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Theory]
    [InlineData("python-hello")]
    [InlineData("ruby-hello")]
    [InlineData("php-hello")]
    [InlineData("go-hello")]
    [InlineData("dotnet-hello")]
    [InlineData("static-hello")]
    [InlineData("procfile-hello")]
    public async Task Push_SampleOfALanguage_IsServed(string sample)
    {
        var app = await platform.CreateAppAsync(sample);
        using var source = await SourceTree.FromSampleAsync(platform, sample);

        (await source.PushAsync(app)).ExpectSuccess();

        Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(app)).Status);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Push_SecondVersion_ReplacesTheFirstAndCanBeRolledBackAndCloned()
    {
        var app = await platform.CreateAppAsync("versions");
        using var source = await TinyApps.WebAsync(platform, "v1");
        (await source.PushAsync(app)).ExpectSuccess();
        source.Write("version", "v2");
        await source.CommitAsync("second");
        (await source.PushAsync(app)).ExpectSuccess();
        Assert.StartsWith("v2", (await platform.GetAsync(app)).Body, StringComparison.Ordinal);

        var first = (await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"]!.AsArray()[^1]!["id"]!.GetValue<string>();
        (await platform.CliAsync("rollback", "--app", app, first)).ExpectSuccess();
        await Wait.ForAsync<string>(
            async () => (await platform.GetAsync(app)).Body is { } body && body.StartsWith("v1", StringComparison.Ordinal) ? body : null, "the rollback to v1");
        var clone = Path.Combine(platform.Root, app);
        (await platform.GitAsync(platform.Root, "clone", "-q", platform.GitUrl(app), clone)).ExpectSuccess();

        Assert.Equal("v2", (await File.ReadAllTextAsync(Path.Combine(clone, "version"), TestContext.Current.CancellationToken)).Trim());
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Push_OtherBranch_IsRefusedWithWhatToDo()
    {
        var app = await platform.CreateAppAsync("branch");
        using var source = await TinyApps.WebAsync(platform);

        var push = await source.PushAsync(app, "main:refs/heads/feature");

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("main", push.Error, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Push_NoKnownLanguage_FailsWithTheReason()
    {
        var app = await platform.CreateAppAsync("nolang");
        using var source = await SourceTree.FromFilesAsync(platform, ("README", "nothing here"));

        var push = await source.PushAsync(app);

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("BUILDPACK_URL", push.Error, StringComparison.Ordinal);
        Assert.Equal("build-error", await LastStatusAsync(app));
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Push_BrokenProcfile_FailsWithLineAndRule()
    {
        var app = await platform.CreateAppAsync("procfile");
        using var source = await SourceTree.FromFilesAsync(platform, ("Procfile", "web python3 server.py\n"));

        var push = await source.PushAsync(app);

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("line 1", push.Error, StringComparison.Ordinal);
        await platform.DestroyAsync(app);
    }

    [Fact]
    public async Task Push_UnknownApp_IsRefused()
    {
        using var source = await TinyApps.WebAsync(platform);

        var push = await source.PushAsync("no-such-app");

        Assert.NotEqual(0, push.ExitCode);
        Assert.Contains("no-such-app", push.Error, StringComparison.Ordinal);
    }

    private async Task<string> LastStatusAsync(string app) =>
        (await platform.ApiGetAsync($"/v1/apps/{app}/deployments"))["deployments"]![0]!["status"]!.GetValue<string>();
}

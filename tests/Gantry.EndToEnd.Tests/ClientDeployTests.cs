using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>Deployments and logs through the published client.</summary>
[Collection("client")]
public sealed class ClientDeployTests(GantryPlatform platform, ClientApp app)
{
    [Fact]
    public async Task Deploy_FolderAtATerminal_ShowsUploadAndBuildAndEndsWithTheAddress()
    {
        using var source = await app.VersionAsync("v1 from a terminal");
        source.Write("ballast", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3 << 20)));
        await using var terminal = await TmuxTerminal.StartAsync(platform, 80, 50, app.Environment);

        await terminal.TypeAsync($"gantry deploy {source.Directory}; echo code=$?");
        var screen = await terminal.WaitForAsync("code=0");

        Assert.Matches(@"(?m)^Uploading \[#+\] 100 %  \d.* MiB of \d.* MiB", screen);
        Assert.Contains("-----> ", screen, StringComparison.Ordinal);
        Assert.Contains($"http://{app.Name}.apps.localhost:{platform.EdgePort}", screen, StringComparison.Ordinal);
        Assert.StartsWith("v1 from a terminal", (await platform.GetAsync(app.Name)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_ArchiveThenRollback_IsListedAndServesTheOldVersion()
    {
        using var source = await app.VersionAsync("v2");
        var archive = Path.Combine(platform.Root, "archive.tar.gz");
        (await Shell.BashAsync($"tar -czf {archive} --exclude .git -C {Path.GetDirectoryName(source.Directory)} {Path.GetFileName(source.Directory)}")).ExpectSuccess();
        var before = (await app.JsonAsync("deployments")).AsArray().First(d => (string?)d!["status"] == "success")!;

        var events = (await app.OutputAsync("deploy", archive, "release-2", "--format", "json")).TrimEnd().Split('\n').Select(l => JsonNode.Parse(l)!).ToList();
        var second = (await platform.GetAsync(app.Name)).Body;
        var listed = (await app.JsonAsync("deployments", "--per-page", "1")).AsArray();
        var output = await app.OutputAsync("deployment-logs");
        (await app.GantryAsync("rollback", (string)before["id"]!)).ExpectSuccess();

        Assert.StartsWith("v2", second, StringComparison.Ordinal);
        Assert.Equal(["building", "pushing", "starting", "success"], events.Where(e => (string?)e["type"] == "status").Select(e => (string?)e["status"]).SkipWhile(s => s == "queued"));
        Assert.Equal("success", (string?)events[^1]["deployment"]!["status"]);
        Assert.Equal("release-2", (string?)Assert.Single(listed)!["git_ref"]);
        Assert.Equal(string.Concat(events.Where(e => (string?)e["type"] == "log").Select(e => (string?)e["content"])), output);
        Assert.StartsWith("v1", (await platform.GetAsync(app.Name)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_FolderThatFails_SaysWhyAndWhatToDo()
    {
        using var source = await SourceTree.FromFilesAsync(platform, ("README", "nothing here"));

        var deploy = await app.GantryAsync("deploy", source.Directory);

        Assert.Equal(1, deploy.ExitCode);
        Assert.Contains("BUILDPACK_URL", deploy.Output, StringComparison.Ordinal);
        Assert.Contains("error: The deployment failed (build-error)", deploy.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", deploy.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deploy_NoFollowWithoutCache_IsWatchedByDeploymentLogs()
    {
        (await app.GantryAsync("deployment-delete-cache")).ExpectSuccess();
        var deployment = await app.JsonAsync("deploy", app.Source.Directory, "--no-follow");

        var output = await app.OutputAsync("deployment-logs", "--follow", (string)deployment["id"]!);

        Assert.Contains("-----> ", output, StringComparison.Ordinal);
        Assert.Equal("success", (string?)(await app.JsonAsync("deployments"))[0]!["status"]);
    }

    [Fact]
    public async Task Logs_LinesAndFilter_ShowOnlyThose()
    {
        await app.VisitAsync("/first", "/second");
        await app.WaitForLogAsync("request /second");

        var last = await app.OutputAsync("logs", "-n", "1", "--filter", "web-1");
        var others = await app.GantryAsync("logs", "--filter", "nobody");

        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC \[web-1\] request /second\n$", last);
        Assert.Empty(others.ExpectSuccess().Output);
        Assert.Contains("from nobody", others.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_Followed_ShowWhatComesAndEndWithCtrlC()
    {
        await using var terminal = await TmuxTerminal.StartAsync(platform, 120, 40, app.Environment);
        var mark = Guid.NewGuid().ToString("N")[..8];
        await terminal.TypeAsync("gantry logs -f -n 0; echo code=$?");
        // Whether it listens yet can only be seen by a line that comes.
        await Wait.ForAsync<object>(
            async () =>
            {
                await app.VisitAsync("/" + mark);
                return (await terminal.ScreenAsync()).Contains($"[web-1] request /{mark}", StringComparison.Ordinal) ? app : null;
            },
            "a line of the followed log");

        await terminal.KeyAsync("C-c");

        await terminal.WaitForAsync("code=130");
    }
}

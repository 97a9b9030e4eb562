using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class DeployTests
{
    private const string Stream = "/apps/ap-1/deployments/stream";
    private string _status = "building";

    [Fact]
    public async Task Deploy_GitFolder_SendsWhatIsNotIgnoredUnderOneRootAndFollowsToTheEnd()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        await RepositoryAsync(cli);
        platform.OnSocket(Stream, async (socket, _) =>
        {
            Assert.Equal($$$$$"""{"type":"auth","data":{"token":"{{{{{FakePlatform.Jwt}}}}}"}}""", await ReceiveAsync(socket));
            await SendAsync(socket, """{"type":"new","id":"d1","data":{"deployment":{"id":"d1","pusher":{"username":"alice"}}}}""");
            await SendAsync(socket, """{"type":"log","id":"other","data":{"content":"not ours\n"}}""");
            await SendAsync(socket, """{"type":"log","id":"d1","data":{"content":"-----> Node.js\n"}}""");
            await FinishAsync(socket, "success");
        });
        var result = await cli.RunAsync("deploy", "-a", "my-app");
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal("-----> Node.js\n", result.Out);
        Assert.Contains("http://my-app.apps.localhost:8080", result.Error);

        var upload = platform.CallTo("PUT", "/upload");
        Assert.Equal(("application/x-gzip", (long?)upload.Bytes.Length, ""), (upload.ContentType, upload.Length, upload.Authorization));
        Assert.Equal([".gitignore", "bin/run", "link", "web.js"], Names(upload.Bytes));
        var deployment = platform.CallTo("POST", "/v1/apps/my-app/deployments").Body;
        Assert.Contains($"\"source_url\":\"{platform.Url}download\"", deployment);
    }

    [Fact]
    public async Task Deploy_StreamBreaks_PrintsEachLineOnce()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        var connections = 0;
        platform.OnSocket(Stream, async (socket, _) =>
        {
            await ReceiveAsync(socket);
            await SendAsync(socket, """{"type":"log","id":"d1","data":{"content":"one\n"}}""");
            await SendAsync(socket, """{"type":"log","id":"d1","data":{"content":"two\n"}}""");
            if (++connections == 1)
            {
                socket.Abort();
                return;
            }

            await SendAsync(socket, """{"type":"log","id":"d1","data":{"content":"three\n"}}""");
            await FinishAsync(socket, "success");
        });
        var result = await cli.RunAsync("deploy", "-a", "my-app", "https://example.com/app.tar.gz");
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal("one\ntwo\nthree\n", result.Out);
        Assert.Equal(2, connections);
        Assert.Empty(platform.CallsTo("POST", "/v1/sources"));
    }

    [Fact]
    public async Task Deploy_NoStreamAtAll_ReadsTheOutputInstead()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        _status = "success";
        var looks = 0;
        platform.On("GET", "/v1/apps/my-app/deployments/d1", _ => new Answer(200, Samples.Deployment(platform, ++looks < 6 ? "building" : "success")));
        platform.On("GET", "/v1/apps/my-app/deployments/d1/output", 200, "all of it\n");
        var result = await cli.RunAsync("deploy", "-a", "my-app", "https://example.com/app.tar.gz");
        Assert.Equal(ExitCode.Success, result.Exit);
        Assert.Equal("all of it\n", result.Out);
    }

    [Fact]
    public async Task Deploy_BuildFails_IsFailureThatSaysWhyAndWhatToDo()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        platform.OnSocket(Stream, async (socket, _) =>
        {
            await ReceiveAsync(socket);
            await FinishAsync(socket, "build-error");
        });
        platform.On("GET", "/v1/apps/my-app/deployments/d1", _ => new Answer(200, Samples.Deployment(platform, _status, "npm ended with 1")));
        var result = await cli.RunAsync("deploy", "-a", "my-app", "https://example.com/app.tar.gz");
        Assert.Equal(ExitCode.Failed, result.Exit);
        Assert.Contains("build-error): npm ended with 1", result.Error);
        Assert.Contains("gantry deployment-logs d1", result.Error);
    }

    [Fact]
    public async Task Deploy_Json_IsOneObjectALine()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        platform.OnSocket(Stream, async (socket, _) =>
        {
            await ReceiveAsync(socket);
            await SendAsync(socket, """{"type":"log","id":"d1","data":{"content":"one\n"}}""");
            await FinishAsync(socket, "success");
        });
        var lines = (await cli.RunAsync("deploy", "-a", "my-app", "--format", "json", "https://example.com/app.tar.gz")).Out.Trim().Split('\n');
        Assert.Equal("""{"type":"log","content":"one\n"}""", lines[0]);
        Assert.Equal("""{"type":"status","status":"success"}""", lines[1]);
        Assert.StartsWith("""{"type":"result","deployment":{"id":"d1",""", lines[2]);
    }

    [Fact]
    public async Task Deploy_NoFollow_EndsAfterTheOrder()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        var result = await cli.RunAsync("deploy", "-a", "my-app", "--no-follow", "https://example.com/app.tar.gz", "v1");
        Assert.Equal(0, result.Code);
        Assert.Contains("\"git_ref\":\"v1\"", platform.CallTo("POST", "/v1/apps/my-app/deployments").Body);
        Assert.Contains("deployment-logs --follow d1", result.Error);
    }

    [Theory]
    [InlineData("app.zip", "tar -czf")]
    [InlineData("missing", "There is no file or folder")]
    public async Task Deploy_NoArchive_SaysWhatItShouldBe(string name, string text)
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        await File.WriteAllTextAsync(Path.Combine(cli.WorkingDirectory, "app.zip"), "PK", TestContext.Current.CancellationToken);
        var result = await cli.RunAsync("deploy", "-a", "my-app", name);
        Assert.Equal(ExitCode.BadInput, result.Exit);
        Assert.Contains(text, result.Error);
    }

    [Fact]
    public async Task Rollback_WithoutId_TakesTheSuccessBeforeThePresentOne()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform);
        var list = string.Join(',', new[] { ("d4", "success"), ("d3", "build-error"), ("d2", "success"), ("d1", "success") }
            .Select(d => Samples.BareDeployment(platform, d.Item1, d.Item2)));
        platform.On("GET", "/v1/apps/my-app/deployments", 200, $$$$$"""{"deployments":[{{{{{list}}}}}],"meta":{"pagination":{}}}""");
        platform.On("POST", "/v1/apps/my-app/deployments/d2/rollback", 201, Samples.Deployment(platform, "queued"));
        Assert.Equal(0, (await cli.RunAsync("rollback", "-a", "my-app", "--no-follow")).Code);
        platform.CallTo("POST", "/v1/apps/my-app/deployments/d2/rollback");
    }

    private Support.Cli Prepare(FakePlatform platform)
    {
        platform.On("GET", Samples.AppPath, 200, Samples.App(platform));
        platform.On("POST", "/v1/sources", 201, $$$$$"""{"source":{"upload_url":"{{{{{platform.Url}}}}}upload","download_url":"{{{{{platform.Url}}}}}download"}}""");
        platform.On("PUT", "/upload", 200, "");
        platform.On("POST", "/v1/apps/my-app/deployments", 201, Samples.Deployment(platform, "queued"));
        platform.On("GET", "/v1/apps/my-app/deployments/d1", _ => new Answer(200, Samples.Deployment(platform, _status)));
        return new Support.Cli(platform);
    }

    private async Task FinishAsync(WebSocket socket, string status)
    {
        _status = status;
        await SendAsync(socket, $$$$$"""{"type":"status","id":"d1","data":{"status":"{{{{{status}}}}}"}}""");
        // As the real server: the connection stays open, the client decides when it has seen enough.
        await socket.ReceiveAsync(new byte[10], default).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task RepositoryAsync(Support.Cli cli)
    {
        var folder = cli.WorkingDirectory;
        await File.WriteAllTextAsync(Path.Combine(folder, ".gitignore"), "secret\nnode_modules/\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "web.js"), "1");
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "1");
        Directory.CreateDirectory(Path.Combine(folder, "node_modules"));
        await File.WriteAllTextAsync(Path.Combine(folder, "node_modules", "x"), "1");
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        await File.WriteAllTextAsync(Path.Combine(folder, "bin", "run"), "1");
        File.SetUnixFileMode(Path.Combine(folder, "bin", "run"), (UnixFileMode)0b111_101_101);
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "web.js");
        using var git = Process.Start(new ProcessStartInfo("git", ["init", "-q"]) { WorkingDirectory = folder })!;
        await git.WaitForExitAsync();
    }

    private static List<string> Names(byte[] archive)
    {
        using var reader = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            Assert.StartsWith("app/", entry.Name);
            names.Add(entry.Name[4..]);
            if (entry.Name == "app/bin/run")
                Assert.True(entry.Mode.HasFlag(UnixFileMode.UserExecute));
            if (entry.Name == "app/link")
                Assert.Equal((TarEntryType.SymbolicLink, "web.js"), (entry.EntryType, entry.LinkName));
        }

        return [.. names.Order(StringComparer.Ordinal)];
    }

    private static Task SendAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, default);

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[4096];
        var frame = await socket.ReceiveAsync(buffer, default);
        return Encoding.UTF8.GetString(buffer, 0, frame.Count);
    }
}

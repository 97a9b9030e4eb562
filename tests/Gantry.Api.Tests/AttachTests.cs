using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gantry.Api.Tests.Support;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;

namespace Gantry.Api.Tests;

public sealed class AttachTests(ApiServer server)
{
    [Fact]
    public async Task Connect_AnswersAloneThenCarriesBytesBothWays_AndWaitTellsTheExitCode()
    {
        var (tenant, id, url, terminal) = await NewAsync();
        await terminal.Output.Writer.WriteAsync("early output"u8.ToArray());
        using var client = await AttachClient.ConnectAsync(url, tenant.Session);
        await client.SendAsync("typed\n\u0004");

        // A client loses what comes with the headers, so they come alone.
        Assert.Equal("HTTP/1.1 200\r\n\r\n", await client.ReadAsync());
        Assert.Equal("early output", await client.ReadAsync());
        Assert.Equal("typed\n\u0004", await ReadInputAsync(terminal, 7));
        await terminal.Output.Writer.WriteAsync("bye"u8.ToArray());
        Assert.Equal("bye", await client.ReadAsync());
        var wait = WithBasic(tenant, "GET", url + "/wait", null);
        server.Runtime.Exit(id, 7);
        var sinceExit = Stopwatch.StartNew();

        Assert.Equal("", await client.ReadToEndAsync());
        Assert.True(sinceExit.ElapsedMilliseconds >= 500, $"closed after {sinceExit.ElapsedMilliseconds} ms");
        Assert.Equal(7, (await Answer.ReadAsync(await wait)).Root("exit_code").GetInt32());
        Assert.True((await server.Containers.FindAsync(id, default))!.Wanted);
    }

    [Fact]
    public async Task AHead_InSmallPieces_IsUnderstood_AndHttpStillWorksBeside()
    {
        var (tenant, id, url, terminal) = await NewAsync();
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(url.Host, url.Port);
        var stream = tcp.GetStream();
        var secret = Convert.ToBase64String(Encoding.ASCII.GetBytes(":" + tenant.ApiToken));
        foreach (var piece in (string[])["CON", "NECT /att", $"ach/{id} HTTP/1.1\r\nAuthorization: Basic {secret}\r", "\n\r", "\n"])
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(piece));
            await Task.Delay(20);
        }

        var buffer = new byte[100];
        var read = await stream.ReadAsync(buffer);

        Assert.Equal("HTTP/1.1 200\r\n\r\n", Encoding.ASCII.GetString(buffer, 0, read));
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync("/v1/apps")).Status);
        server.Runtime.Exit(id, 0);
        Assert.NotNull(terminal);
    }

    [Fact]
    public async Task AStranger_AnUnknownOne_AndABadToken_AreRefusedAsJson()
    {
        var (_, id, url, _) = await NewAsync();
        var stranger = await server.NewTenantAsync();

        await RefusedAsync(url, stranger.Session, "404", "container");
        await RefusedAsync(new Uri(url, "/attach/none"), stranger.Session, "404", "container");
        await RefusedAsync(url, "nonsense", "401", "token");
        await RefusedAsync(new Uri(url, "/elsewhere"), stranger.Session, "400", "CONNECT");
        foreach (var (method, path) in ((string, string)[])[("PUT", ""), ("GET", "/wait"), ("POST", "/files")])
            (await Answer.ReadAsync(await WithBasic(stranger, method, url + path, Tenant.Json("""{"width":"80","height":"24"}""")))).IsMissing("container");
        Assert.Null((await server.Containers.FindAsync(id, default))!.StoppedAt);

        static async Task RefusedAsync(Uri address, string secret, string status, string part)
        {
            using var client = await AttachClient.ConnectAsync(address, secret);
            var answer = await client.ReadToEndAsync();
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.Contains("application/json", answer, StringComparison.Ordinal);
            Assert.Contains(part, answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("""{"width":"120","height":"40"}""")]
    [InlineData("""{"width":120,"height":40}""")]
    public async Task TheSize_ComesAsStringsOrNumbers(string body)
    {
        var (tenant, id, url, terminal) = await NewAsync();
        using var client = await AttachClient.ConnectAsync(url, tenant.Session);
        await client.ReadAsync();

        Assert.Equal(HttpStatusCode.OK, (await WithBasic(tenant, "PUT", url.ToString(), Tenant.Json(body))).StatusCode);

        await Until.TrueAsync(() => terminal.Size == (120, 40), "the terminal has the size");
        server.Runtime.Exit(id, 0);
    }

    [Fact]
    public async Task AClient_ThatLeavesAtOnce_TakesItsOneOffWithIt()
    {
        var (tenant, id, url, _) = await NewAsync();
        var client = await AttachClient.ConnectAsync(url, tenant.Session);
        await client.ReadAsync();

        client.Dispose();

        await Until.TrueAsync(async () => !(await server.Containers.FindAsync(id, default))!.Wanted, "the one-off is no longer wanted");
    }

    [Fact]
    public async Task AClient_ThatLeavesLater_HangsUpAndTakesItsOneOffWithIt()
    {
        var (tenant, id, url, terminal) = await NewAsync();
        await terminal.Output.Writer.WriteAsync("prompt"u8.ToArray());
        var client = await AttachClient.ConnectAsync(url, tenant.Session);
        await client.ReadAsync();
        await client.ReadAsync();

        client.Dispose();

        await terminal.HungUp.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await Until.TrueAsync(async () => !(await server.Containers.FindAsync(id, default))!.Wanted, "the one-off is no longer wanted");
    }

    [Fact]
    public async Task AnIdleSession_IsStopped_AndWaitAnswers408()
    {
        var (tenant, id, url, _) = await NewAsync();
        var limit = server.Options.AttachIdleLimit;
        server.Options.AttachIdleLimit = TimeSpan.FromMilliseconds(700);
        try
        {
            using var client = await AttachClient.ConnectAsync(url, tenant.Session);
            Assert.Equal("HTTP/1.1 200\r\n\r\n", await client.ReadToEndAsync());
            await Until.TrueAsync(async () => !(await server.Containers.FindAsync(id, default))!.Wanted, "the idle one-off is no longer wanted");
        }
        finally
        {
            server.Options.AttachIdleLimit = limit;
        }

        server.Runtime.Exit(id, 143);
        Assert.Equal(HttpStatusCode.RequestTimeout, (await WithBasic(tenant, "GET", url + "/wait", null)).StatusCode);
    }

    [Fact]
    public async Task ASecondClient_IsToldThatSomebodyIsThere()
    {
        var (tenant, id, url, _) = await NewAsync();
        using var first = await AttachClient.ConnectAsync(url, tenant.Session);
        await first.ReadAsync();
        using var second = await AttachClient.ConnectAsync(url, tenant.Session);

        Assert.StartsWith("HTTP/1.1 409 ", await second.ReadToEndAsync(), StringComparison.Ordinal);
        server.Runtime.Exit(id, 0);
    }

    [Fact]
    public async Task Wait_LearnsTheExitCodeFromTheRecord()
    {
        var (tenant, id, url, _) = await NewAsync();
        var wait = WithBasic(tenant, "GET", url + "/wait", null);

        await server.Containers.UpdateAsync(id, c => c with { State = ContainerState.Stopped, ExitCode = 3, StoppedAt = DateTimeOffset.UtcNow }, default);
        server.Bus.Publish(new ContainerChanged(id));

        Assert.Equal(3, (await Answer.ReadAsync(await wait)).Root("exit_code").GetInt32());
    }

    [Fact]
    public async Task Wait_ForACommandWhoseTerminalNobodyTook_StopsIt()
    {
        var (tenant, id, url, _) = await NewAsync();
        var (other, attached, otherUrl, _) = await NewAsync();
        var limit = server.Options.AttachLost;
        server.Options.AttachLost = TimeSpan.FromMilliseconds(100);
        try
        {
            using var client = await AttachClient.ConnectAsync(otherUrl, other.Session);
            await client.ReadAsync();
            var waits = Task.WhenAll(WithBasic(tenant, "GET", url + "/wait", null), WithBasic(other, "GET", otherUrl + "/wait", null));
            await Until.TrueAsync(async () => !(await server.Containers.FindAsync(id, default))!.Wanted, "the one-off that waits for nobody is no longer wanted");

            Assert.Contains("was lost before the command began", (await server.Containers.FindAsync(id, default))!.ExitReason, StringComparison.Ordinal);
            Assert.True((await server.Containers.FindAsync(attached, default))!.Wanted);
            server.Runtime.Exit(id, 255);
            server.Runtime.Exit(attached, 4);
            Assert.Equal([255, 4], (await Task.WhenAll((await waits).Select(Answer.ReadAsync))).Select(a => a.Root("exit_code").GetInt32()));
        }
        finally
        {
            server.Options.AttachLost = limit;
        }
    }

    [Fact]
    public async Task Files_LandInTmpUploads_AndNeverOutsideTheContainer()
    {
        var (tenant, id, url, _) = await NewAsync();
        var container = Path.Combine(server.Folder, "root-" + id);
        var outside = Path.Combine(server.Folder, "outside-" + id);
        Directory.CreateDirectory(Path.Combine(container, "tmp"));
        Directory.CreateDirectory(outside);
        server.Runtime.Folders[id] = container;

        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("notes.txt", "hello")).Status);
        Assert.Equal("hello", await File.ReadAllTextAsync(Path.Combine(container, "tmp/uploads/notes.txt")));
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("../../escape.txt", "x")).Status);
        Assert.True(File.Exists(Path.Combine(container, "tmp/uploads/escape.txt")));
        (await UploadAsync("..", "x")).Refuses("file", "no usable name");
        (await UploadAsync("big.bin", new string('x', 1_000_100))).Refuses("file", "1000000");
        Assert.False(File.Exists(Path.Combine(container, "tmp/uploads/big.bin")));

        // The tenant replaces a file, then the folder, by links to places of the host.
        File.Delete(Path.Combine(container, "tmp/uploads/notes.txt"));
        File.CreateSymbolicLink(Path.Combine(container, "tmp/uploads/notes.txt"), Path.Combine(outside, "planted"));
        Assert.Equal(HttpStatusCode.OK, (await UploadAsync("notes.txt", "again")).Status);
        Directory.Delete(Path.Combine(container, "tmp/uploads"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(container, "tmp/uploads"), outside);
        (await UploadAsync("notes.txt", "x")).Refuses("file", "uploads");
        Assert.Empty(Directory.EnumerateFileSystemEntries(outside));

        Task<Answer> UploadAsync(string name, string text) => AttachTests.UploadAsync(tenant, url, name, text);
    }

    [Fact]
    public async Task AFile_ThatTheDiskOfTheOneOffCannotHold_IsRefusedAndLeavesNothing()
    {
        var (tenant, id, url, _) = await NewAsync();
        var container = Path.Combine(server.Folder, "small-" + id);
        var tmp = Directory.CreateDirectory(Path.Combine(container, "tmp")).FullName;
        server.Runtime.Folders[id] = container;
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=256k", "gantry-test", tmp);
        try
        {
            (await UploadAsync(tenant, url, "large.bin", new string('x', 900_000))).Refuses("file", "no room left for large.bin");
            Assert.Empty(Directory.EnumerateFiles(Path.Combine(tmp, "uploads")));
            Assert.Equal(HttpStatusCode.OK, (await UploadAsync(tenant, url, "small.bin", new string('x', 100_000))).Status);
        }
        finally
        {
            await RunAsync("umount", tmp);
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static async Task<Answer> UploadAsync(Tenant tenant, Uri url, string name, string text)
    {
        using var content = new MultipartFormDataContent();
        var part = new StringContent(text);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        part.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data") { Name = "\"file\"", FileName = $"\"{name}\"" };
        content.Add(part);
        return await Answer.ReadAsync(await WithBasic(tenant, "POST", url + "/files", content));
    }

    private async Task<(Tenant Tenant, ContainerId Id, Uri Url, FakeTerminal Terminal)> NewAsync()
    {
        var tenant = await server.NewTenantAsync();
        var app = await tenant.NewDeployedAppAsync();
        var run = await tenant.SendAsync("POST", $"/v1/apps/{app.Name}/run", """{"command":"bash"}""");
        var id = new ContainerId(run.Root("container").GetProperty("id").GetString()!);
        return (tenant, id, new Uri(run.Root("attach_url").GetString()!), server.Runtime.AddTerminal(id));
    }

    private static async Task<HttpResponseMessage> WithBasic(Tenant tenant, string method, string url, HttpContent? content)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), url) { Content = content };
        request.Headers.Authorization = Tenant.Basic("", tenant.Session);
        return await http.SendAsync(request);
    }

    private static async Task<string> ReadInputAsync(FakeTerminal terminal, int length)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var result = await terminal.Input.Reader.ReadAtLeastAsync(length - 1, limit.Token);
        return Encoding.ASCII.GetString(result.Buffer.ToArray());
    }
}

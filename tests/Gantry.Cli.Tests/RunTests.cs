using System.Text;
using Gantry.Cli.Attach;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class RunTests
{
    [Fact]
    public async Task Run_Piped_CarriesBytesEndsInputAndPassesTheExitCode()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 7);
        var received = new MemoryStream();
        platform.Attach = async stream =>
        {
            await stream.WriteAsync("hello\n"u8.ToArray());
            var one = new byte[1];
            while (await stream.ReadAsync(one) == 1 && one[0] != 4)
                received.WriteByte(one[0]);
        };
        var result = await cli.RunAsync("input\n", ["run", "-a", "my-app", "-e", "X=1", "-s", "l", "cat", "-A", "--", "it's"]);
        Assert.Equal(7, result.Code);
        Assert.Equal("hello\n", result.Raw);
        Assert.Equal("", result.Out);
        Assert.Equal("input\n", Encoding.UTF8.GetString(received.ToArray()));
        Assert.StartsWith("CONNECT /attach/abc HTTP/1.1\r\n", platform.AttachRequest);
        Assert.Contains("Authorization: Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(":" + FakePlatform.Jwt)), platform.AttachRequest);
        var body = platform.CallTo("POST", "/v1/apps/my-app/run").Body;
        Assert.Contains("\"command\":\"cat -A -- \\u0027it\\u0027\\\\\\u0027\\u0027s\\u0027\"", body);
        Assert.Contains("\"X\":\"1\"", body);
        Assert.Contains("\"size\":\"L\",\"detached\":false", body);
    }

    [Fact]
    public async Task Run_InputEndsInMidLine_SendsTheEndTwice()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        var received = new List<byte>();
        platform.Attach = async stream =>
        {
            var one = new byte[1];
            while (received.Count < 4 && await stream.ReadAsync(one) == 1)
                received.Add(one[0]);
        };
        Assert.Equal(0, (await cli.RunAsync("ab", ["run", "-a", "my-app", "cat"])).Code);
        Assert.Equal([(byte)'a', (byte)'b', 4, 4], received);
    }

    [Fact]
    public async Task Run_OutputWithTheHead_IsNotLost()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.AttachHead = "200\r\n\r\nfirst words";
        platform.Attach = stream => stream.WriteAsync(" and last"u8.ToArray()).AsTask();
        Assert.Equal("first words and last", (await cli.RunAsync("run", "-a", "my-app", "x")).Raw);
    }

    [Fact]
    public async Task Run_AttachRefused_SaysWhy()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.AttachHead = "409 Conflict\r\nContent-Length: 37\r\n\r\n{\"error\":\"Somebody is attached to it\"}";
        var result = await cli.RunAsync("run", "-a", "my-app", "x");
        Assert.Equal(ExitCode.Refused, result.Exit);
        Assert.Contains("Somebody is attached to it", result.Error);
    }

    [Fact]
    public async Task Run_IdleForTooLong_IsTimedOut()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.On("GET", "/attach/abc/wait", 408, "");
        var result = await cli.RunAsync("run", "-a", "my-app", "x");
        Assert.Equal(ExitCode.TimedOut, result.Exit);
        Assert.Contains("--detached", result.Error);
    }

    [Fact]
    public async Task Run_Silent_PrintsNothingOfItsOwn()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        var result = await cli.RunAsync("run", "-a", "my-app", "--silent", "x");
        Assert.Equal(("", "", 0), (result.Out, result.Error, result.Code));
    }

    [Fact]
    public async Task Run_Interrupted_StopsTheOneOff()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.Attach = async stream => await stream.ReadAsync(new byte[1].AsMemory()).AsTask().ContinueWith(_ => Task.Delay(10_000)).Unwrap();
        platform.On("POST", "/v1/apps/my-app/containers/ct-one-off-12/stop", 202, "");
        using var interruption = new CancellationTokenSource();
        var run = cli.Start("", ["run", "-a", "my-app", "x"], interruption.Token);
        await Until.TrueAsync(() => platform.AttachRequest.Length > 0, "the attach");
        await interruption.CancelAsync();
        Assert.Equal(ExitCode.Interrupted, (await run.EndAsync()).Exit);
        platform.CallTo("POST", "/v1/apps/my-app/containers/ct-one-off-12/stop");
    }

    [Fact]
    public async Task Run_Detached_PrintsTheLabelAndHowToGoOn()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        var result = await cli.RunAsync("run", "-a", "my-app", "-d", "node", "import.js");
        Assert.Equal("one-off-12\n", result.Out);
        Assert.Contains("gantry logs -f --filter one-off-12", result.Error);
        Assert.Contains("\"detached\":true", platform.CallTo("POST", "/v1/apps/my-app/run").Body);
    }

    [Fact]
    public async Task Run_Type_TakesItsCommandWithFurtherArguments()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.On("GET", "/v1/apps/my-app/containers", 200, """{"containers":[{"app_id":"ap-1","name":"worker","amount":0,"size":"M","command":"node worker.js"}]}""");
        Assert.Equal(0, (await cli.RunAsync("run", "-a", "my-app", "-d", "--type", "worker", "--", "--once")).Code);
        Assert.Contains("\"command\":\"node worker.js --once\"", platform.CallTo("POST", "/v1/apps/my-app/run").Body);
    }

    [Fact]
    public async Task Run_File_IsUploadedBeforeTheAttach()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.On("POST", "/attach/abc/files", 200, "");
        await File.WriteAllTextAsync(Path.Combine(cli.WorkingDirectory, "dump.sql"), "select 1", TestContext.Current.CancellationToken);
        Assert.Equal(0, (await cli.RunAsync("run", "-a", "my-app", "--file", "dump.sql", "psql")).Code);
        var call = platform.CallTo("POST", "/attach/abc/files");
        Assert.Contains("name=file", call.Body);
        Assert.Contains("select 1", call.Body);
    }

    [Fact]
    public async Task Run_FileThatIsNotThere_StartsNothing()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        Directory.CreateDirectory(Path.Combine(cli.WorkingDirectory, "folder"));
        var absent = await cli.RunAsync("run", "-a", "my-app", "--file", "absent", "cat");
        Assert.Equal((ExitCode.BadInput, "error: There is no file absent.\n"), (absent.Exit, absent.Error));
        Assert.Contains("tar", (await cli.RunAsync("run", "-a", "my-app", "--file", "folder", "cat")).Error);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync("run", "-a", "my-app", "-d", "--file", "absent", "cat")).Exit);
        Assert.Empty(platform.CallsTo("POST", "/v1/apps/my-app/run"));
    }

    [Fact]
    public async Task Run_FileIsRefused_StopsTheOneOffThatWaitsForIt()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = Prepare(platform, exitCode: 0);
        platform.On("POST", "/attach/abc/files", 422, """{"errors":{"file":["there is no room left"]}}""");
        platform.On("POST", "/v1/apps/my-app/containers/ct-one-off-12/stop", 202, "");
        await File.WriteAllTextAsync(Path.Combine(cli.WorkingDirectory, "dump.sql"), "select 1", TestContext.Current.CancellationToken);
        var result = await cli.RunAsync("run", "-a", "my-app", "--file", "dump.sql", "psql");
        Assert.Equal(ExitCode.Refused, result.Exit);
        Assert.Contains("there is no room left", result.Error);
        platform.CallTo("POST", "/v1/apps/my-app/containers/ct-one-off-12/stop");
    }

    [Theory]
    [InlineData("ls -la | wc -l", "ls -la | wc -l")]
    [InlineData("bash|-c|echo a b", "bash -c 'echo a b'")]
    [InlineData("echo|$HOME|&&|ls", "echo $HOME && ls")]
    [InlineData("x||y", "x '' y")]
    public void OneOffCommand_Join_QuotesOnlyWhatWouldFallApart(string words, string command) =>
        Assert.Equal(command, OneOffCommand.Join(words.Contains(" | ", StringComparison.Ordinal) ? [words] : words.Split('|')));

    private static Support.Cli Prepare(FakePlatform platform, int exitCode)
    {
        platform.On("POST", "/v1/apps/my-app/run", 200, $$"""
            {"container":{{Samples.Container("one-off-12")}},"operation":"op-1","operation_url":"{{platform.Url}}v1/apps/my-app/operations/op-1","attach_url":null}
            """);
        platform.On("GET", "/v1/apps/my-app/operations/op-1", 200, Samples.Operation("done",
            $$""" "start_one_off_data":{"attach_url":"{{platform.Url}}attach/abc","container_id":"ct-one-off-12"}"""));
        platform.On("GET", "/attach/abc/wait", 200, $$$"""{"exit_code":{{{exitCode}}}}""");
        return new Support.Cli(platform);
    }
}

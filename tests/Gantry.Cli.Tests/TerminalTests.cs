using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

/// <summary>The real program in a real pseudo-terminal, which <c>script</c> of bsdutils provides.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-pty-").FullName;
    private readonly BlockingCollection<byte[]> _received = [];
    private readonly TaskCompletionSource _end = new();
    private FakePlatform _platform = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await FakePlatform.StartAsync();
        _platform.On("POST", "/v1/apps/my-app/run", 200, $$"""
            {"container":{{Samples.Container("one-off-12")}},"operation":"op-1","operation_url":"op-1","attach_url":null}
            """);
        _platform.On("GET", "/v1/apps/my-app/operations/op-1", 200, Samples.Operation("done",
            $$""" "start_one_off_data":{"attach_url":"{{_platform.Url}}attach/abc","container_id":"c"}"""));
        _platform.On("PUT", "/attach/abc", 200, "{}");
        _platform.On("GET", "/attach/abc/wait", 200, """{"exit_code":42}""");
        _platform.Attach = ServeAsync;
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Run_InATerminal_IsRawFollowsItsSizeRestoresItAndPassesTheExitCode()
    {
        using var terminal = StartTerminal();
        await Until.TrueAsync(() => _platform.CallsTo("PUT", "/attach/abc").Count > 0, "the first size");
        Assert.Equal("""{"width":"101","height":"33"}""", _platform.CallsTo("PUT", "/attach/abc")[0].Body);
        var device = (await File.ReadAllTextAsync(Path.Combine(_folder, "tty"), TestContext.Current.CancellationToken)).Trim();

        var during = await OutputAsync("stty", "-F", device, "-a");
        Assert.Contains("-icanon", during);
        Assert.Contains("-isig", during);
        Assert.Contains("-echo ", during);

        await OutputAsync("stty", "-F", device, "rows", "40", "cols", "120");
        await Until.TrueAsync(() => _platform.CallsTo("PUT", "/attach/abc").Any(c => c.Body == """{"width":"120","height":"40"}"""), "the new size");

        // Ctrl-C, Ctrl-Z and Ctrl-\ belong to the other side now.
        await terminal.StandardInput.BaseStream.WriteAsync(new byte[] { 3, 26, 28, (byte)'x' }, TestContext.Current.CancellationToken);
        await terminal.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
        var keys = new List<byte>();
        await Until.TrueAsync(() => Take(keys) >= 4, "the keys");
        Assert.Equal([3, 26, 28, (byte)'x'], keys);
        _end.SetResult();

        await terminal.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(42, terminal.ExitCode);
        var after = await File.ReadAllTextAsync(Path.Combine(_folder, "after"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("-icanon", after);
        Assert.DoesNotContain("-isig", after);
        Assert.Contains("hello from there", await terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Program_ColoursAndBoxes_OnlyInATerminal()
    {
        _platform.On("GET", "/v1/apps", 200, """{"apps":[""" + AppTests.Inner(Samples.App(_platform)) + "]}");
        Assert.Contains("╭", await OutputAsync("script", "-qec", $"{Environs()} {Program} apps", "/dev/null"));
        Assert.DoesNotContain("\e", await OutputAsync("script", "-qec", $"{Environs()} NO_COLOR=1 {Program} apps", "/dev/null"));
        Assert.DoesNotContain("╭", await OutputAsync("bash", "-c", $"{Environs()} {Program} apps"));
    }

    [Fact]
    public async Task Program_OutputSharedWithOthers_IsAppendedAndABrokenPipeIsQuiet()
    {
        var file = Path.Combine(_folder, "shared");
        await OutputAsync("bash", "-c", $"(echo before; {Program} version; {Program} version; echo after) > {file}");
        Assert.Matches("^before\ngantry .*\ngantry .*\nafter\n$", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var piped = await OutputAsync("bash", "-c", $"{Program} --help 2>{file} | head -0; echo ${{PIPESTATUS[0]}}");
        Assert.Equal("141", piped.Trim());
        Assert.Equal("", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Program_FollowedLogInAPipe_GivesEachLineAtOnce()
    {
        _platform.On("GET", "/v1/apps/my-app/logs", 200, $$"""{"app":null,"logs_url":"{{_platform.Url}}apps/ap-1/logs?token=T"}""");
        _platform.OnSocket("/apps/ap-1/logs", async (socket, _) =>
        {
            foreach (var frame in new[] { """{"event":"log","log":"a line of the past\n"}""", """{"event":"position","position":""}""" })
                await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, default);
            await socket.ReceiveAsync(new byte[10], default);
        });
        using var follower = Process.Start(new ProcessStartInfo("bash", ["-c", $"exec {Environs()} {Program} logs -f"]) { RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("a line of the past", await follower.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
        finally
        {
            follower.Kill();
        }
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "gantry");

    private string Environs() => $"env -u NO_COLOR HOME={_folder} TERM=xterm GANTRY_URL={_platform.Url} GANTRY_API_TOKEN={FakePlatform.ApiToken} GANTRY_APP=my-app";

    private Process StartTerminal()
    {
        var script = Path.Combine(_folder, "session");
        File.WriteAllText(script, $"""
            stty rows 33 cols 101
            tty > {_folder}/tty
            {Environs()} {Program} run bash
            code=$?
            stty -a > {_folder}/after
            exit $code
            """);
        return Process.Start(new ProcessStartInfo("script", ["-qec", $"bash {script}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private async Task ServeAsync(Stream stream)
    {
        await stream.WriteAsync("hello from there\r\n"u8.ToArray());
        var buffer = new byte[100];
        while (!_end.Task.IsCompleted)
        {
            var read = stream.ReadAsync(buffer).AsTask();
            if (await Task.WhenAny(read, _end.Task) != read || await read is not (> 0 and var count))
                return;
            _received.Add(buffer[..count]);
        }
    }

    private int Take(List<byte> keys)
    {
        while (_received.TryTake(out var bytes))
            keys.AddRange(bytes);
        return keys.Count;
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}

using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>One-offs through the published client.</summary>
[Collection("client")]
public sealed class ClientRunTests(GantryPlatform platform, ClientApp app)
{
    [Fact]
    public async Task Run_AtATerminal_IsThatTerminal()
    {
        await using var terminal = await TmuxTerminal.StartAsync(platform, 90, 25, app.Environment);
        await terminal.TypeAsync("gantry run bash --norc; echo code=$?");
        await terminal.WaitForAsync("\nbash-");

        await terminal.TypeAsync("stty size");
        await terminal.WaitForAsync("\n25 90\n");
        await terminal.ResizeAsync(110, 31);
        // The new size comes on its way of its own, beside the keys.
        await Wait.ForAsync<object>(
            async () =>
            {
                await terminal.TypeAsync("stty size");
                return (await terminal.ScreenAsync()).Contains("\n31 110\n", StringComparison.Ordinal) ? app : null;
            },
            "the new size inside");
        await terminal.TypeAsync("echo be''gun; sleep 1000");
        await terminal.WaitForAsync("\nbegun");
        await terminal.KeyAsync("C-c");
        await terminal.TypeAsync("echo interrupted=$?");
        await terminal.WaitForAsync("\ninterrupted=130");
        await terminal.TypeAsync("exit 5");

        await terminal.WaitForAsync("code=5");
        await terminal.TypeAsync("stty -a | grep -o ' icanon'");
        await terminal.WaitForAsync("\n icanon");
        await app.WaitForContainersAsync("web-1");
    }

    [Fact]
    public async Task Run_Piped_GetsTheInputToItsEnd()
    {
        var run = await Shell.RunAsync(platform.CliPath, ["run", "--silent", "stty -echo; wc -l; exit 3"], app.Environment, input: "one\ntwo\nthree\n");

        Assert.Equal(3, run.ExitCode);
        Assert.EndsWith("3\r\n", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Run_Detached_RunsUntilItIsStopped()
    {
        var label = (string)(await app.JsonAsync("run", "--detached", "echo begun; exec sleep 1000"))["label"]!;
        var log = await app.WaitForLogAsync("begun");

        (await app.GantryAsync("one-off-stop", label)).ExpectSuccess();

        Assert.Contains($"[{label}] begun", log, StringComparison.Ordinal);
        await app.WaitForContainersAsync("web-1");
    }

    [Fact]
    public async Task Run_ClientGoesAway_TakesItsOneOffWithIt()
    {
        using var run = Shell.Start(platform.CliPath, ["run", "sleep 1000"], app.Environment);
        await Wait.ForAsync<object>(
            async () => (await app.JsonAsync("ps")).AsArray().Any(c => (string?)c!["type"] == "one-off" && (string?)c["state"] == "running") ? app : null, "the running one-off");

        run.Kill();

        await app.WaitForContainersAsync("web-1");
    }

    [Theory]
    [InlineData("There is no file absent.txt", "--file", "absent.txt", "cat")]
    [InlineData("size:", "--size", "HUGE", "true")]
    [InlineData("There is no process type nothing", "--type", "nothing")]
    public async Task Run_CannotBegin_SaysWhyAndLeavesNothing(string why, params string[] arguments)
    {
        var run = await app.GantryAsync(["run", .. arguments]);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        await app.WaitForContainersAsync("web-1");
    }
}

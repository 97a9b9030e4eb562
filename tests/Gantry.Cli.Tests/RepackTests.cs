using Gantry.Cli.Tests.Support;
using Gantry.Tests;

namespace Gantry.Cli.Tests;

public sealed class RepackTests
{
    private const string Path = "/admin/cluster/repacking";

    [Fact]
    public async Task Repack_OfTheCluster_TellsEachStepAndTheSummary()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        var answers = new Queue<string>(
        [
            Progress("running", 1, Move(2, "moving")),
            Progress("running", 1, Move(2, "waiting")).Replace("\"why\":null", "\"why\":\"box-4 is drained first\"", StringComparison.Ordinal),
            Progress("done", 1, Move(2, "given_up", "box-1 does not take it any more")).Replace("\"freed\":[]", "\"freed\":[\"box-3\"]", StringComparison.Ordinal),
        ]);
        platform.On("POST", Path, 201, Progress("running", 0, Move(1, "moving"), Move(2, "waiting")));
        platform.On("GET", $"{Path}/progress", _ => new Answer(200, answers.Count > 1 ? answers.Dequeue() : answers.Peek(), null));

        var repacked = await cli.RunAsync("hosts", "repack", "--max-moved", "0.5", "--at-once", "1");

        Assert.Equal(ExitCode.Success, repacked.Exit);
        Assert.Equal(
            """
            running: moved 0 of 2, 1 under way
            running: moved 1 of 2, 1 under way
            running: moved 1 of 2; box-4 is drained first
            Repacking 7 is done: 1 moved, 1 given up, freed: box-3. To keep them free: gantry hosts drain box-3; to take one out of the cluster then: gantry hosts remove box-3

            """, repacked.Error);
        Assert.Equal(
            """
            WAVE  APP     CONTAINER  FROM   TO     STATE     WHY
            1     my-app  web-2      box-3  box-1  given_up  box-1 does not take it any more

            """, repacked.Out);
        Assert.Equal("""{"repacking":{"objective":"fewest-hosts","max_moved":0.5,"at_once":1}}""", platform.CallTo("POST", Path).Body);
    }

    [Fact]
    public async Task Repack_Interrupted_SaysThatItGoesOn()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        using var interrupt = new CancellationTokenSource();
        platform.On("POST", Path, 201, Progress("running", 0, Move(1, "moving")));
        platform.On("GET", $"{Path}/progress", 200, Progress("running", 0, Move(1, "moving")));

        var run = cli.Start("", ["hosts", "repack"], interrupt.Token);
        await Until.TrueAsync(() => platform.CallsTo("GET", $"{Path}/progress").Any(), "it is watched");
        await interrupt.CancelAsync();
        var ended = await run.EndAsync();

        Assert.Equal(ExitCode.Interrupted, ended.Exit);
        Assert.Contains("It goes on. See it: gantry hosts repack --status", ended.Error, StringComparison.Ordinal);
        Assert.Empty(platform.CallsTo("PATCH", Path));
    }

    [Fact]
    public async Task Repack_PausedShownResumedAndAbandoned_AsksForThat()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("PATCH", Path, 200, Progress("pausing", 0, Move(1, "moving"), Move(2, "waiting")));
        platform.On("GET", $"{Path}/progress", 200, Progress("abandoned", 1, Move(2, "given_up", "the repacking was abandoned before")));

        var paused = await cli.RunAsync("hosts", "repack", "--pause");
        Assert.Contains("pausing: moved 0 of 2, 1 under way. Let it go on: gantry hosts repack --resume", paused.Error, StringComparison.Ordinal);
        Assert.Contains("my-app  web-1      box-3  box-1  moving", paused.Out, StringComparison.Ordinal);
        Assert.Empty(platform.CallsTo("GET", $"{Path}/progress"));
        Assert.Contains("Repacking 7 is abandoned: 1 moved, 1 given up, no host freed.", (await cli.RunAsync("hosts", "repack", "--abandon")).Error, StringComparison.Ordinal);
        await cli.RunAsync("hosts", "repack", "--resume", "--no-wait");
        Assert.Equal(
            ["paused", "abandoned", "running"],
            platform.CallsTo("PATCH", Path).Select(c => System.Text.Json.JsonDocument.Parse(c.Body).RootElement.GetProperty("repacking").GetProperty("status").GetString()));
        Assert.Contains("\"status\": \"abandoned\"", (await cli.RunAsync("hosts", "repack", "--status", "--format", "json")).Out, StringComparison.Ordinal);
        Assert.Empty(platform.CallsTo("POST", Path));
    }

    [Theory]
    [InlineData("--status", "--pause")]
    [InlineData("--dry-run", "--abandon")]
    [InlineData("--stop-the-world")]
    public async Task Repack_AskedForWhatCannotBe_IsRefused(params string[] flags)
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        Assert.Equal(ExitCode.Usage, (await cli.RunAsync(["hosts", "repack", .. flags])).Exit);
    }

    private static string Move(int n, string state, string why = "box-3 is to be freed") =>
        $$"""{"container":"ct-{{n}}","app":"my-app","label":"web-{{n}}","from":"box-3","to":"box-1","wave":1,"state":"{{state}}","why":"{{why}}"}""";

    private static string Progress(string status, int moved, params string[] moves) =>
        $$$"""
        {"repacking":{"number":7,"status":"{{{status}}}","objective":"fewest-hosts","at_once":4,"since":"2026-11-28T06:00:00Z","ended":{{{(status is "done" or "abandoned" ? "\"2026-11-28T06:01:00Z\"" : "null")}}},
        "total":2,"moved":{{{moved}}},"given_up":{{{moves.Count(m => m.Contains("given_up", StringComparison.Ordinal))}}},"frees":["box-3"],"freed":[],"why":null,"moves":[{{{string.Join(',', moves)}}}]}}
        """;
}

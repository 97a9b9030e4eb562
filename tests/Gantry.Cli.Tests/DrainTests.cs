using Gantry.Cli.Tests.Support;

namespace Gantry.Cli.Tests;

public sealed class DrainTests
{
    private const string Path = "/admin/hosts/box-2/drain";

    [Fact]
    public async Task Drain_OfAHost_TellsEachStepAndEndsWhenItIsEmpty()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        var answers = new Queue<string>(
        [
            Drain("draining", 1, """{"id":"ct-1","app":"my-app","label":"web-1","state":"cannot","to":null,"why":"0 of 3 hosts: 3 lack 512 MB"}"""),
            Drain("draining", 1, """{"id":"ct-1","app":"my-app","label":"web-1","state":"moving","to":"box-1","why":null}"""),
            Drain("drained", 2),
        ]);
        platform.On("POST", Path, 200, Drain("draining", 0, Moving("ct-1", "web-1"), Moving("ct-2", "web-2")));
        platform.On("GET", Path, _ => new Answer(200, answers.Count > 1 ? answers.Dequeue() : answers.Peek(), null));

        var drained = await cli.RunAsync("hosts", "drain", "box-2", "--at-once", "2");

        Assert.Equal((ExitCode.Success, ""), (drained.Exit, drained.Out));
        Assert.Equal(
            """
            moved 0 of 2, 2 under way
            moved 1 of 2, 1 cannot: web-1 of my-app: 0 of 3 hosts: 3 lack 512 MB
            moved 1 of 2, 1 under way
            box-2 is drained: 2 moved. To take it out of the cluster: gantry hosts remove box-2. To use it again: gantry hosts uncordon box-2

            """, drained.Error);
        Assert.Equal("""{"drain":{"at_once":2}}""", platform.CallTo("POST", Path).Body);
    }

    [Fact]
    public async Task Drain_WithoutWaiting_ShowsWhatIsThere()
    {
        await using var platform = await FakePlatform.StartAsync();
        using var cli = new Support.Cli(platform);
        platform.On("POST", Path, 200, Drain("draining", 0, Moving("ct-1", "web-1"), """{"id":"ct-2","app":"my-app","label":"one-off-7","state":"cannot","to":null,"why":"it runs once"}"""));

        var begun = await cli.RunAsync("hosts", "drain", "box-2", "--no-wait");

        Assert.Equal(
            """
            APP     CONTAINER  STATE   TO     WHY
            my-app  web-1      moving  box-1
            my-app  one-off-7  cannot  -      it runs once

            """, begun.Out);
        Assert.Contains("moved 0 of 2, 1 under way, 1 cannot: one-off-7 of my-app: it runs once. It goes on", begun.Error);
        Assert.Empty(platform.CallsTo("GET", Path));
        Assert.Equal("""{"drain":{"at_once":null}}""", platform.CallTo("POST", Path).Body);
        Assert.Contains("\"status\": \"draining\"", (await cli.RunAsync("hosts", "drain", "box-2", "--no-wait", "--format", "json")).Out);
    }

    private static string Moving(string id, string label) => $$"""{"id":"{{id}}","app":"my-app","label":"{{label}}","state":"moving","to":"box-1","why":null}""";

    private static string Drain(string status, int moved, params string[] containers) =>
        $$$"""{"drain":{"host":"box-2","status":"{{{status}}}","since":"2026-11-28T06:00:00Z","at_once":4,"total":2,"moved":{{{moved}}},"containers":[{{{string.Join(',', containers)}}}]}}""";
}

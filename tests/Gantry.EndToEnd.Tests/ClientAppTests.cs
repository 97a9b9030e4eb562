using System.Net;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>An app and its containers through the published client.</summary>
[Collection("client")]
public sealed class ClientAppTests(GantryPlatform platform, ClientApp app)
{
    [Fact]
    public async Task App_CreatedRenamedAndDestroyedInARepository_IsFollowedByItsRemote()
    {
        var name = $"born-{Guid.NewGuid().ToString("N")[..8]}";
        using var source = await TinyApps.WebAsync(platform);
        await using var terminal = await TmuxTerminal.StartAsync(platform, 100, 30, platform.ClientEnvironment);
        await terminal.TypeAsync($"cd {source.Directory} && gantry create {name}");
        await terminal.WaitForAsync("git push gantry main");

        await terminal.TypeAsync($"gantry rename {name}-two && gantry info --format json > info; gantry git-setup --remote staging; echo $(git remote get-url gantry) $(git remote get-url staging)");
        await terminal.WaitForAsync($"{platform.GitUrl(name + "-two")} {platform.GitUrl(name + "-two")}");
        var info = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(source.Directory, "info"), TestContext.Current.CancellationToken))!;
        await terminal.TypeAsync($"gantry destroy {name}-two");
        await terminal.WaitForAsync("Type its name to confirm:");
        await terminal.TypeAsync("something else");
        await terminal.WaitForAsync("nothing was deleted");
        await terminal.TypeAsync($"gantry destroy {name}-two");
        await Wait.ForAsync<object>(async () => (await terminal.ScreenAsync()).Split("Type its name").Length == 3 ? app : null, "the second question");
        await terminal.TypeAsync($"{name}-two");
        await terminal.WaitForAsync("is destroyed.");

        Assert.Equal($"{name}-two", (string?)info["name"]);
        Assert.Equal(platform.GitUrl($"{name}-two"), (string?)info["git_url"]);
        Assert.Equal(68, (await platform.CliAsync("info", "--app", $"{name}-two")).ExitCode);
    }

    [Fact]
    public async Task Tab_AfterTheAppOption_CompletesItsNameFromTheServer()
    {
        await using var terminal = await TmuxTerminal.StartAsync(platform, 100, 30, platform.ClientEnvironment);
        await terminal.TypeAsync("source <(gantry completion bash)");
        await terminal.WriteAsync("gantry in");
        await terminal.KeyAsync("Tab");
        await terminal.WaitForAsync("gantry info ");
        await terminal.WriteAsync($"--app {app.Name[..^4]}");
        await terminal.KeyAsync("Tab");
        await terminal.WaitForAsync($"gantry info --app {app.Name} ");
    }

    [Fact]
    public async Task Open_DeployedApp_PrintsTheAddressThatServes()
    {
        var address = new Uri((await app.OutputAsync("open")).Trim());

        Assert.Equal((string?)(await app.JsonAsync("info"))["url"], address.ToString().TrimEnd('/'));
        Assert.Equal($"{app.Name}.apps.localhost:{platform.EdgePort}", address.Authority);
        Assert.Equal(HttpStatusCode.OK, (await platform.GetAsync(app.Name, address.AbsolutePath)).Status);
    }

    [Fact]
    public async Task Variables_SetReadAndUnset_AreSeenByNewContainersOnly()
    {
        (await Shell.RunAsync(platform.CliPath, ["env-set", "PLAIN=one", "--from", "-"], app.Environment, input: "QUOTED=\"two words\"\nALIAS=$PLAIN\n")).ExpectSuccess();
        var env = await app.OutputAsync("env");
        var seen = await app.OutputAsync("run", "--silent", "echo \"<$QUOTED|$ALIAS>\"");
        (await app.GantryAsync("env-unset", "QUOTED", "PLAIN", "ALIAS")).ExpectSuccess();
        var gone = await app.GantryAsync("env-get", "PLAIN");

        Assert.Contains("QUOTED='two words'\n", env.Replace('"', '\''), StringComparison.Ordinal);
        Assert.Contains("<two words|one>", seen, StringComparison.Ordinal);
        Assert.Equal(68, gone.ExitCode);
    }

    [Fact]
    public async Task Containers_ScaledSignalledAndRestarted_AreListedWithWhatTheyUse()
    {
        (await app.GantryAsync("scale", "worker:1:S")).ExpectSuccess();
        await app.WaitForLogAsync("working");
        var ps = await app.WaitForContainersAsync("web-1", "worker-1");
        var stats = await app.JsonAsync("stats");
        (await app.GantryAsync("kill", "worker-1")).ExpectSuccess();
        await app.WaitForLogAsync("got USR1");

        (await app.GantryAsync("restart", "worker-1")).ExpectSuccess();
        var restarted = await Wait.ForAsync<JsonNode>(
            async () => Worker(await app.WaitForContainersAsync("web-1", "worker-1")) is { } now && Id(now) != Id(Worker(ps)) ? now : null, "another worker-1");
        (await app.GantryAsync("scale", "worker:0")).ExpectSuccess();
        await app.WaitForContainersAsync("web-1");

        Assert.Equal("S", (string?)Worker(ps)["container_size"]!["name"]);
        Assert.Equal("S", (string?)restarted["container_size"]!["name"]);
        var worker = stats.AsArray().Single(s => (string?)s!["id"] == "worker-1")!;
        Assert.Equal(256L << 20, (long)worker["memory_limit"]!);
        Assert.InRange((long)worker["memory_usage"]!, 1, 256L << 20);
        Assert.Equal(64, (await app.GantryAsync("kill", "web-1", "--signal", "KILL")).ExitCode);
    }

    /// <summary>Only web has an address, so there is something to wait for before the old one stops.</summary>
    [Fact]
    public async Task Restart_NoWait_AnswersWithTheOperation()
    {
        var before = Id((await app.WaitForContainersAsync("web-1"))[0]!);

        var operation = await app.JsonAsync("restart", "web", "--no-wait");

        Assert.Equal("pending", (string?)operation["status"]);
        await Wait.ForAsync<object>(async () => Id((await app.WaitForContainersAsync("web-1"))[0]!) != before ? app : null, "another web-1");
        await app.VisitAsync("/");
    }

    [Theory]
    [InlineData("self", "username")]
    [InlineData("regions", "name")]
    [InlineData("apps", "name")]
    [InlineData("info", "git_url")]
    [InlineData("deployments", "status")]
    [InlineData("deployment-logs", "output")]
    [InlineData("env", "value")]
    [InlineData("ps", "label")]
    [InlineData("scale", "amount")]
    [InlineData("stats", "memory_usage")]
    [InlineData("logs", "text")]
    [InlineData("events", "type_data")]
    [InlineData("keys", "content")]
    [InlineData("stacks", "base_image")]
    [InlineData("sizes", "pids_limit")]
    [InlineData("admin users", "email")]
    [InlineData("admin tokens admin", "created_at")]
    [InlineData("admin stacks", "run_digest")]
    [InlineData("admin apps", "owner")]
    [InlineData("admin hosts", "memory_total")]
    [InlineData("admin doctor", "fix")]
    public async Task ReadingCommand_InBothFormats_SaysTheSameThings(string command, string field)
    {
        (await app.GantryAsync("env-set", "FORMAT=both")).ExpectSuccess();
        await app.WaitForLogAsync("listening");

        var people = await app.GantryAsync(command.Split(' '));
        var json = await app.GantryAsync([.. command.Split(' '), "--format", "json"]);

        Assert.NotEmpty(people.ExpectSuccess().Output);
        var value = JsonNode.Parse(command == "logs" ? json.ExpectSuccess().Output.Split('\n')[0] : json.ExpectSuccess().Output)!;
        Assert.True((value is JsonArray list ? list[0]! : value).AsObject().ContainsKey(field), json.Output);
    }

    private static JsonNode Worker(JsonNode ps) => ps.AsArray().Single(c => (string?)c!["label"] == "worker-1")!;

    private static string Id(JsonNode container) => (string)container["id"]!;
}

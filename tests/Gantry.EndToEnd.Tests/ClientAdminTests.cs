using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;
using Xunit;

namespace Gantry.EndToEnd.Tests;

/// <summary>What operators do, through the published client.</summary>
[Collection("client")]
public sealed class ClientAdminTests(GantryPlatform platform, ClientApp app)
{
    [Fact]
    public async Task UsersAndTokens_AddedAndRemoved_MayWorkMeanwhileAndNeverAdminister()
    {
        var name = "o" + Guid.NewGuid().ToString("N")[..8];
        (await platform.CliAsync("admin", "user-add", name, $"{name}@localhost.invalid")).ExpectSuccess();
        var token = (await platform.CliAsync("admin", "token-add", name, "ci")).ExpectSuccess().Output.Trim();
        var id = (string)Json(await platform.CliAsync("admin", "tokens", name, "--format", "json")).AsArray().Single(t => (string?)t!["name"] == "ci")!["id"]!;

        var self = await AsAsync(token, "self", "--format", "json");
        var foreign = await AsAsync(token, "info", "--app", app.Name);
        var users = await AsAsync(token, "admin", "users");
        (await platform.CliAsync("admin", "token-remove", name, id)).ExpectSuccess();
        var revoked = await AsAsync(token, "self");

        Assert.Equal(name, (string?)Json(self)["username"]);
        Assert.Equal(68, foreign.ExitCode);
        Assert.Equal(65, users.ExitCode);
        Assert.Equal(77, revoked.ExitCode);
        Assert.Contains(Json(await platform.CliAsync("admin", "users", "--format", "json")).AsArray(), u => (string?)u!["username"] == name);
    }

    [Fact]
    public async Task Stack_Imported_CanBeSetForAnAppAndBack()
    {
        var name = "small-" + Guid.NewGuid().ToString("N")[..6];
        var root = Path.Combine(platform.Root, name);
        (await Shell.BashAsync($"mkdir -p {root}/bin {root}/etc {root}/app {root}/tmp && cp /bin/bash {root}/bin/bash && tar -cf {root}.tar -C {root} .")).ExpectSuccess();

        var imported = Json(await platform.CliAsync("admin", "stacks-import", name, root + ".tar", "--description", "a shell and no more", "--format", "json"));
        var changed = await app.JsonAsync("stacks-set", name);
        var back = await app.JsonAsync("stacks-set", "gantry-12");
        var unknown = await app.GantryAsync("stacks-set", "no-such-stack");

        Assert.StartsWith("sha256:", (string?)imported["run_digest"], StringComparison.Ordinal);
        Assert.Equal((string?)imported["id"], (string?)changed["stack_id"]);
        Assert.NotEqual((string?)changed["stack_id"], (string?)back["stack_id"]);
        Assert.Equal(68, unknown.ExitCode);
        Assert.Contains(name, unknown.Error, StringComparison.Ordinal);
        Assert.Contains("a shell and no more", await app.OutputAsync("stacks"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_OfThePlatform_SayWhatTheyHaveAndCountTheirContainers()
    {
        var hosts = Json(await platform.CliAsync("admin", "hosts", "--format", "json")).AsArray();

        Assert.Equal(1 + GantryPlatform.HostCount, hosts.Count);
        Assert.Contains(hosts, h => (int)h!["running_containers"]! > 0);
        Assert.All(hosts, host =>
        {
            Assert.Equal(Environment.ProcessorCount, (int)host!["cpus"]!);
            Assert.InRange((double)host["load"]!, 0.001, 1000);
            Assert.InRange((long)host["memory_available"]!, 1, (long)host["memory_total"]!);
            Assert.InRange((long)host["disk_free"]!, 1, (long)host["disk_total"]!);
        });
    }

    [Fact]
    public async Task Doctor_RunningAndStoppedServer_SaysWhatIsWell()
    {
        var running = await platform.CliAsync("admin", "doctor");
        var elsewhere = await platform.CliAsync("admin", "doctor", "--url", "http://127.0.0.1:9", "--format", "json");

        Assert.Equal(0, running.ExitCode);
        Assert.Contains("gantryd", running.Output, StringComparison.Ordinal);
        Assert.Contains("Native: crun at /usr/bin/crun", running.Output, StringComparison.Ordinal);
        Assert.Contains("block IO limits", running.Output, StringComparison.Ordinal);
        Assert.Equal(1, elsewhere.ExitCode);
        Assert.Contains(JsonNode.Parse(elsewhere.Output)!.AsArray(), c => (string?)c!["name"] == "gantryd" && (string?)c["status"] == "fail");
    }

    [Fact]
    public async Task Doctor_AskedForAnOverlay_TriesTheKernelAndThePort()
    {
        using var taken = new UdpClient(0);
        var port = ((IPEndPoint)taken.Client.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        var refused = await platform.CliAsync("admin", "doctor", "--overlay", port);
        taken.Dispose();
        var fit = await platform.CliAsync("admin", "doctor", "--overlay", port);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"UDP {port} is not free for the overlay", refused.Output, StringComparison.Ordinal);
        Assert.Contains($"UDP {port} is free.", fit.Output, StringComparison.Ordinal);
        Assert.Contains("The kernel makes links of that type.", fit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_ThatAnOperatorLabelled_IsInThePlatformsTimeline()
    {
        var host = (string)Json(await platform.CliAsync("hosts", "--format", "json")).AsArray()[0]!["id"]!;
        var label = "l" + Guid.NewGuid().ToString("N")[..8];
        (await platform.CliAsync("hosts", "label", host, $"{label}=1")).ExpectSuccess();
        (await platform.CliAsync("hosts", "label", host, $"{label}-")).ExpectSuccess();

        var events = Json(await platform.CliAsync("admin", "events", "-n", "100", "--format", "json")).AsArray();

        var told = events.Single(e => (string?)e!["type"] == "edit_host" && e["type_data"]!["labels"]![label] is not null)!;
        Assert.Equal(host, (string?)told["type_data"]!["host"]);
        Assert.NotEqual("", (string?)told["user"]!["username"]);
    }

    [Fact]
    public async Task AnyApp_OfAnotherUser_IsSeenRolledBackAndDestroyed()
    {
        var name = "t" + Guid.NewGuid().ToString("N")[..8];
        var token = (await platform.CliAsync("admin", "user-add", name, $"{name}@localhost.invalid")).ExpectSuccess().Output.Trim();
        var theirs = $"theirs-{name}";
        (await AsAsync(token, "create", theirs)).ExpectSuccess();
        foreach (var version in new[] { "old", "new" })
        {
            using var source = await TinyApps.WebAsync(platform, version);
            (await AsAsync(token, "deploy", source.Directory, "--app", theirs)).ExpectSuccess();
        }

        var listed = Json(await platform.CliAsync("admin", "apps", "--format", "json")).AsArray().Single(a => (string?)a!["name"] == theirs)!;
        (await platform.CliAsync("admin", "rollback", theirs)).ExpectSuccess();
        var body = (await platform.GetAsync(theirs)).Body;
        (await platform.CliAsync("admin", "destroy", theirs, "--force")).ExpectSuccess();

        Assert.Equal(name, (string?)listed["owner"]!["username"]);
        Assert.StartsWith("old", body, StringComparison.Ordinal);
        Assert.Equal(68, (await AsAsync(token, "info", "--app", theirs)).ExitCode);
    }

    private static JsonNode Json(ShellResult result) => JsonNode.Parse(result.ExpectSuccess().Output)!;

    private Task<ShellResult> AsAsync(string token, params string[] arguments) =>
        Shell.RunAsync(platform.CliPath, arguments, new Dictionary<string, string>(platform.ClientEnvironment) { ["GANTRY_API_TOKEN"] = token });
}

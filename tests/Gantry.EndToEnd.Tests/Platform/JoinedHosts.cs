using System.Text.Json.Nodes;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Hosts that join a platform and run all its containers, each a network namespace of <c>eng/cluster</c> with the published agent.</summary>
/// <param name="platform">It listens for hosts on this network.</param>
/// <param name="name">What the kernel objects are named after, up to 5 letters.</param>
/// <param name="network">The first three numbers of the network that stands for the datacentre's.</param>
/// <param name="disk">Size of a disk of its own for each host, in the words of <c>truncate</c>; empty: hosts share the machine's.</param>
/// <param name="runtime">What runs their containers: <c>native</c> or <c>docker</c>.</param>
internal sealed class JoinedHosts(GantryPlatform platform, string name, string network, string disk, string runtime)
{
    private string _own = "";

    private string Directory => Path.Combine(platform.Root, "hosts");

    public static string ListenOn(string network) => $"{network}.1:7443";

    /// <summary>One of the words of <c>eng/cluster</c>.</summary>
    public Task<ShellResult> RunAsync(params string[] words) => Shell.RunAsync(
        Path.Combine(platform.Repository, "eng", "cluster"), words,
        new Dictionary<string, string>
        {
            ["CLUSTER_NAME"] = name, ["CLUSTER_DIR"] = Directory, ["CLUSTER_NET"] = network, ["CLUSTER_PROGRAM"] = platform.Program,
            ["CLUSTER_DISK"] = disk, ["CLUSTER_SKEW"] = disk, ["CLUSTER_RUNTIME"] = runtime,
        });

    /// <summary>Before the platform starts: it listens on this network.</summary>
    public async Task LayCablesAsync() => (await RunAsync("net-up")).ExpectSuccess();

    /// <summary>They join, and the platform's own machine takes nothing from then on.</summary>
    public async Task JoinAsync(int count)
    {
        for (var i = 1; i <= count; i++)
            await AddAsync();
        try
        {
            await Wait.ForAsync<object>(async () => (await ListAsync()).Count(IsReady) == count + 1 ? this : null, "the readiness of all hosts");
        }
        catch (TimeoutException e)
        {
            // The folder is gone when anybody could look into it, and so is the network.
            var kernel = await Shell.RunAsync("sh", ["-c", "ip -br addr; ip route; nft list ruleset | head -60"]);
            throw new InvalidOperationException(
                $"{string.Join('\n', await ListAsync())}\n{Tail(platform.DaemonLog)}\n{string.Join('\n', Enumerable.Range(1, count).Select(h => Tail(LogOf(h))))}\n{kernel.Output}", e);
        }

        _own = (string)(await ListAsync()).Single(h => !((string)h["id"]!).StartsWith(name, StringComparison.Ordinal))["id"]!;
        (await platform.CliAsync("hosts", "cordon", _own)).ExpectSuccess();
    }

    /// <summary>All containers are theirs: else what is tested would be one machine again.</summary>
    public async Task DemandAllAsync()
    {
        var own = (await platform.ApiGetAsync($"/admin/hosts/{_own}"))["host"]!;
        if ((int)own["containers"]! != 0)
            throw new InvalidOperationException($"The platform's own machine has containers, and should have none: {own}");
    }

    public async Task EndAsync() => (await RunAsync("net-down")).ExpectSuccess();

    public async Task<IReadOnlyList<JsonNode>> ListAsync() =>
        [.. JsonNode.Parse((await platform.CliAsync("hosts", "--format", "json")).ExpectSuccess().Output)!.AsArray().Select(h => h!)];

    /// <summary>One more, with the next number.</summary>
    public async Task AddAsync()
    {
        var token = (string)JsonNode.Parse((await platform.CliAsync("hosts", "token", "--format", "json")).ExpectSuccess().Output)!["token"]!;
        (await RunAsync("add-host", $"https://{ListenOn(network)}", token)).ExpectSuccess();
    }

    public string LogOf(int host) => Path.Combine(Directory, $"{host}", "agent.log");

    private static string Tail(string file) => string.Join('\n', File.ReadLines(file).TakeLast(15));

    private static bool IsReady(JsonNode host) => (string?)host["status"] == "ready";
}

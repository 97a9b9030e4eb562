using System.Text.Json.Nodes;
using Xunit;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>Silence of hosts is measured here: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>
{
    public const string Name = "cluster";
}

/// <summary>A platform and hosts that joined it, each a network namespace of <c>eng/cluster</c> with the published agent.</summary>
public sealed class Cluster : IAsyncLifetime
{
    public const int Hosts = 3;
    private const string Network = "198.18.41";

    private static readonly string _name = $"k{Environment.ProcessId % 1000}";

    private readonly string _disk;

    public Cluster() : this(null, "")
    {
    }

    /// <param name="database">Of the PostgreSQL that keeps the records; null: they are in SQLite.</param>
    /// <param name="disk">Size of a disk of its own for each host, in the words of <c>truncate</c>; empty: hosts share the machine's.</param>
    internal Cluster(string? database, string disk)
    {
        _disk = disk;
        Platform = new("c", new() { ["Subnet"] = "10.207.0.0/16" }, ["blobs", "layers", "stacks"]) { HostsListen = $"{Network}.1:7443", Database = database };
    }

    public GantryPlatform Platform { get; }

    public async ValueTask InitializeAsync()
    {
        (await RunAsync("net-up")).ExpectSuccess();
        await Platform.InitializeAsync();
        for (var i = 1; i <= Hosts; i++)
            await AddHostAsync();
        try
        {
            await Wait.ForAsync<object>(async () => (await HostsAsync()).Count(h => IsReady(h)) == Hosts + 1 ? this : null, "the readiness of all hosts");
        }
        catch (TimeoutException e)
        {
            // The folder is gone when anybody could look into it.
            throw new InvalidOperationException(
                $"{string.Join('\n', await HostsAsync())}\n{Tail(Platform.DaemonLog)}\n{string.Join('\n', Enumerable.Range(1, Hosts).Select(h => Tail(LogOf(h))))}", e);
        }

        // Control's own machine takes nothing in these tests.
        var own = (await HostsAsync()).Single(h => !((string)h["id"]!).StartsWith(_name, StringComparison.Ordinal));
        (await Platform.CliAsync("hosts", "cordon", (string)own["id"]!)).ExpectSuccess();
    }

    public async ValueTask DisposeAsync()
    {
        (await RunAsync("net-down")).ExpectSuccess();
        await Platform.DisposeAsync();
    }

    /// <summary>One of the words of <c>eng/cluster</c>.</summary>
    public Task<ShellResult> RunAsync(params string[] words) => Shell.RunAsync(
        Path.Combine(Platform.Repository, "eng", "cluster"), words,
        new Dictionary<string, string>
        {
            ["CLUSTER_NAME"] = _name, ["CLUSTER_DIR"] = Path.Combine(Platform.Root, "hosts"), ["CLUSTER_NET"] = Network, ["CLUSTER_PROGRAM"] = Platform.Program,
            ["CLUSTER_DISK"] = _disk,
        });

    public static string IdOf(int number) => $"{_name}{number}";

    /// <summary>In the network that stands for the datacentre's.</summary>
    public static string AddressOf(int number) => $"{Network}.{10 + number}";

    /// <summary>What the kernel objects of this cluster are named after.</summary>
    public static string Name => _name;

    /// <summary>True while the process of the agent is there.</summary>
    public bool HasAgent(int number)
    {
        try
        {
            return Directory.Exists($"/proc/{File.ReadAllText($"/run/{_name}/{number}/agent.pid").Trim()}");
        }
        catch (IOException)
        {
            // The host has no power.
            return false;
        }
    }

    /// <summary>1 for the first.</summary>
    public static int NumberOf(string id) => int.Parse(id[_name.Length..], System.Globalization.CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<JsonNode>> HostsAsync() =>
        [.. JsonNode.Parse((await Platform.CliAsync("hosts", "--format", "json")).ExpectSuccess().Output)!.AsArray().Select(h => h!)];

    public Task UntilAsync(int host, string status) => Wait.ForAsync<object>(
        async () => (string?)(await HostsAsync()).Single(h => (string?)h["id"] == IdOf(host))["status"] == status ? this : null, $"the host {host} is {status}");

    /// <summary>The host of a container, by its label.</summary>
    public async Task<int?> PlaceAsync(string app, string label)
    {
        var placement = JsonNode.Parse((await Platform.CliAsync("hosts", "explain", label, "--app", app, "--format", "json")).ExpectSuccess().Output)!;
        return (string?)placement["host"] is { } id && id.StartsWith(_name, StringComparison.Ordinal) ? NumberOf(id) : null;
    }

    public string AgentLog(int host) => File.ReadAllText(LogOf(host));

    /// <summary>One more, with the next number.</summary>
    public async Task AddHostAsync()
    {
        var token = (string)JsonNode.Parse((await Platform.CliAsync("hosts", "token", "--format", "json")).ExpectSuccess().Output)!["token"]!;
        (await RunAsync("add-host", $"https://{Network}.1:7443", token)).ExpectSuccess();
    }

    private string LogOf(int host) => Path.Combine(Platform.Root, "hosts", $"{host}", "agent.log");

    private static string Tail(string file) => string.Join('\n', File.ReadLines(file).TakeLast(15));

    private static bool IsReady(JsonNode host) => (string?)host["status"] == "ready";
}

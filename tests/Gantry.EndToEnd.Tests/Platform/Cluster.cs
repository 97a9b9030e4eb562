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
public class Cluster : IAsyncLifetime
{
    public const int Hosts = 3;
    private static readonly string Network = FreeNetwork.Take(41);

    private static readonly string _name = $"k{Environment.ProcessId % 1000}";

    private readonly JoinedHosts _hosts;

    public Cluster() : this(null, "")
    {
    }

    /// <param name="database">Of the PostgreSQL that keeps the records; null: they are in SQLite.</param>
    /// <param name="disk">Size of a disk of its own for each host, in the words of <c>truncate</c>; and a clock of its own too; empty: hosts share the machine's.</param>
    /// <param name="runtime">Of the hosts: <c>native</c> or <c>docker</c>.</param>
    internal Cluster(string? database, string disk, string runtime = "native")
    {
        Platform = new("c", new() { ["Subnet"] = "10.207.0.0/16" }, ["blobs", "layers", "stacks"]) { HostsListen = JoinedHosts.ListenOn(Network), Database = database };
        _hosts = new JoinedHosts(Platform, _name, Network, disk, runtime);
    }

    public GantryPlatform Platform { get; }

    public async ValueTask InitializeAsync()
    {
        await _hosts.LayCablesAsync();
        await Platform.InitializeAsync();
        await _hosts.JoinAsync(Hosts);
    }

    public async ValueTask DisposeAsync()
    {
        await _hosts.EndAsync();
        await Platform.DisposeAsync();
    }

    /// <summary>One of the words of <c>eng/cluster</c>.</summary>
    public Task<ShellResult> RunAsync(params string[] words) => _hosts.RunAsync(words);

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

    public Task<IReadOnlyList<JsonNode>> HostsAsync() => _hosts.ListAsync();

    /// <summary>Of the hosts there are now: tests remove and add some.</summary>
    public async Task<IReadOnlyList<int>> NumbersAsync() =>
        [.. (await HostsAsync()).Select(h => (string)h["id"]!).Where(id => id.StartsWith(_name, StringComparison.Ordinal)).Select(NumberOf)];

    public Task UntilAsync(int host, string status) => Wait.ForAsync<object>(
        async () => (string?)(await HostsAsync()).Single(h => (string?)h["id"] == IdOf(host))["status"] == status ? this : null, $"the host {host} is {status}");

    /// <summary>The host of a container, by its label.</summary>
    public async Task<int?> PlaceAsync(string app, string label)
    {
        var placement = JsonNode.Parse((await Platform.CliAsync("hosts", "explain", label, "--app", app, "--format", "json")).ExpectSuccess().Output)!;
        return (string?)placement["host"] is { } id && id.StartsWith(_name, StringComparison.Ordinal) ? NumberOf(id) : null;
    }

    public string AgentLog(int host) => File.ReadAllText(_hosts.LogOf(host));

    /// <summary>One more, with the next number.</summary>
    public Task AddHostAsync() => _hosts.AddAsync();
}

using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>One control process, and three hosts with a disk and a clock of their own.</summary>
public sealed class OneControl(string database) : FaultTarget
{
    private readonly Cluster _cluster = new(database, "3G");

    public override int Processes => 1;

    public override int Hosts => Cluster.Hosts;

    public override string Name => Cluster.Name;

    public override string Instances => _cluster.Platform.InstanceName;

    public override string Root => _cluster.Platform.Root;

    public override string Token => _cluster.Platform.Token;

    public override string CliPath => _cluster.Platform.CliPath;

    public override bool Knows(FaultKind kind) => !FaultSchedule.IsOfAMember(kind);

    public override Uri Edge(int process) => new($"http://127.0.0.1:{_cluster.Platform.EdgePort}");

    public override Uri Api(int process) => new($"http://127.0.0.1:{_cluster.Platform.ApiPort}");

    public override string IdOf(int host) => Cluster.IdOf(host);

    public override string AddressOf(int host) => Cluster.AddressOf(host);

    public override string FolderOf(int host) => Path.Combine(Root, "hosts", $"{host}");

    public override string LogOf(int process) => _cluster.Platform.DaemonLog;

    public override async Task InitializeAsync() => await _cluster.InitializeAsync();

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();

    public override async Task WordAsync(params string[] words) => (await _cluster.RunAsync(words)).ExpectSuccess();

    public override Task<IReadOnlyList<JsonNode>> HostsAsync(int process) => _cluster.HostsAsync();

    public override Task<int> LeaderAsync() => Task.FromResult(1);

    public override async Task SignalControlAsync(int process, string signal) =>
        (await Shell.RunAsync("kill", [$"-{signal}", $"{_cluster.Platform.DaemonId}"])).ExpectSuccess();

    public override Task KillControlAsync(int process) => _cluster.Platform.KillDaemonAsync();

    public override Task StartControlAsync(int process) => _cluster.Platform.StartAsync();

    public override bool HasControl(int process) => !_cluster.Platform.HasEnded;
}

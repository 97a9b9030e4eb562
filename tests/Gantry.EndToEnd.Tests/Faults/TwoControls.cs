using System.Text.Json.Nodes;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Two control processes on PostgreSQL and three members each of etcd and NATS, and two hosts with a disk and a clock of their own.</summary>
public sealed class TwoControls : FaultTarget
{
    private readonly DurableCluster _cluster = new();

    public const int Members = 3;

    public override int Processes => LeaderCluster.Processes;

    public override int Hosts => LeaderCluster.Hosts;

    public override string Name => _cluster.Name;

    public override string Instances => $"{Name}c[0-9]+";

    public override string Root => _cluster.Root;

    public override string Token => _cluster.Token;

    public override string CliPath => $"{_cluster.Program}/cli/gantry";

    public static string ConnectionString => $"Host={DurableCluster.Address(1)};Database=postgres;Username=gantry";

    public override bool Knows(FaultKind kind) => true;

    public override Uri Edge(int process) => new($"http://{DurableCluster.Address(process)}:8080");

    public override Uri Api(int process) => new(LeaderCluster.Api(process));

    public override string IdOf(int host) => $"{Name}{host}";

    public override string AddressOf(int host) => DurableCluster.Address(10 + host);

    public override string FolderOf(int host) => Path.Combine(Root, $"{host}");

    public override string LogOf(int process) => Path.Combine(Root, $"control-{process}", "gantryd.log");

    public override async Task InitializeAsync() => await _cluster.InitializeAsync();

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();

    public override async Task WordAsync(params string[] words) => (await _cluster.RunAsync(words)).ExpectSuccess();

    public override async Task<IReadOnlyList<JsonNode>> HostsAsync(int process) =>
        [.. JsonNode.Parse((await CliAsync(process, "hosts", "--format", "json")).ExpectSuccess().Output)!.AsArray().Select(h => h!)];

    public override Task<int> LeaderAsync() => _cluster.LeaderAsync();

    public override Task SignalControlAsync(int process, string signal) => WordAsync(signal == "STOP" ? "pause-control" : "resume-control", $"{process}");

    public override Task KillControlAsync(int process) => WordAsync("kill-control", $"{process}");

    public override async Task StartControlAsync(int process)
    {
        await WordAsync("start-control", $"{process}");
        await _cluster.UntilAnswersAsync(process);
    }

    public override bool HasControl(int process) => IsThere($"/run/{Name}/control-{process}.pid");

    private sealed class DurableCluster : LeaderCluster
    {
        protected override int Members => TwoControls.Members;

        protected override string Disk => "3G";

        /// <summary>
        /// Each of the hosts believes that the machine's processors are its own, beside two control processes and seven engines: a crowd of boots is let in by and by, as each
        /// would on a machine of its own, and has the usual time.
        /// </summary>
        protected override string Settings =>
            """
            {
              "Hosts": { "SuspectAfter": "00:00:02", "LostAfter": "00:00:05" },
              "Control": { "BootsAtOnce": 3, "AttachTimeout": "00:00:30", "StopTimeout": "00:00:05" }
            }
            """;

        public static string Address(int number) => $"{Network}.{number}";
    }
}

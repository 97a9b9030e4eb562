using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>What the scheduler makes of the hosts.</summary>
internal static class ClusterCommands
{
    private const string Cluster = $"{AdminApi.Prefix}/cluster";
    private static readonly Argument<string> Container = new("container") { Description = "ID of the container, or its label (web-1) with --app" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(HostCommands.Group, "hotspots", "Show how hot the hosts are, and what relieves them")
            {
                Details = "A host is hot when three of its last five samples and the forecast are above the threshold. The moves are those of the next pass; they are carried out unless Gantry:Scheduling:Relief is false.",
                Examples = ["gantry hosts hotspots", "gantry hosts hotspots --format json | jq .alarms"],
            },
            HotspotsAsync),
        factory.Create(
            new GantryCommand(HostCommands.Group, "explain", "Show why a container is where it is, and what each host would say to it now")
            {
                Examples = ["gantry hosts explain web-1 --app my-app", "gantry hosts explain ct-0123456789abcdef01234567"],
            },
            ExplainAsync, Container),
        factory.Create(
            new GantryCommand(HostCommands.Group, "snapshot", "Print the cluster as gantry-lab reads it")
            {
                Details = "JSON: hosts, containers with what they were measured to use, what waits for a place, and the policy.",
                Examples = ["gantry hosts snapshot > cluster.json"],
            },
            SnapshotAsync),
    ];

    private static async Task<ExitCode> HotspotsAsync(Invocation invocation, CancellationToken token)
    {
        var report = (await invocation.Api.GetAsync($"{Cluster}/hotspots", AdminJson.Default.HotspotsReply, token)).Hotspots;
        invocation.Print.Result(report, AdminJson.Default.HotspotsResource, () => Print(invocation, report));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, HotspotsResource report)
    {
        invocation.Print.Table(["Host", "Resource", "Heat", "Used", "Forecast", "Capacity"], [.. report.Heat.Select(Row)]);
        if (report.Moves.Count > 0)
            invocation.Print.Table(["Container", "From", "To", "Why"], [.. report.Moves.Select(m => (IReadOnlyList<Cell>)[m.Container, m.From, m.To, m.Explanation])]);
        foreach (var alarm in report.Alarms)
            invocation.Print.Data($"Alarm: {alarm}");
        if (report.Alarms.Count + report.Moves.Count == 0)
            invocation.Print.Say("No host is too hot.");
    }

    private static Cell[] Row(HostHeat h) =>
    [
        h.Host, h.Resource, h.Hot ? new Cell("hot", "red") : FormattableString.Invariant($"{(h.Capacity == 0 ? 0 : 100 * h.Used / h.Capacity):0} %"),
        HostCommands.Text(h.Resource, h.Used), HostCommands.Text(h.Resource, h.Forecast), HostCommands.Text(h.Resource, h.Capacity),
    ];

    private static async Task<ExitCode> ExplainAsync(Invocation invocation, CancellationToken token)
    {
        var query = invocation.HasAppOption ? $"?app={Uri.EscapeDataString(invocation.App)}" : "";
        var path = $"{AdminApi.Prefix}/containers/{Uri.EscapeDataString(invocation.Get(Container))}/placement{query}";
        var placement = (await invocation.Api.GetAsync(path, AdminJson.Default.PlacementReply, token)).Placement;
        invocation.Print.Result(placement, AdminJson.Default.PlacementResource, () => Print(invocation, placement));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, PlacementResource p)
    {
        invocation.Print.Details(
        [
            ("Container", $"{p.Label} of {p.App} ({p.Container})"), ("State", Cell.Status(p.State)),
            ("Host", p.Host ?? "none yet"), ("Placed", p.PlacedAt is { } at ? Human.Time(at) : "not yet"), ("Decision", p.Decision ?? "not asked for yet"),
        ]);
        invocation.Print.Table(
            ["Host", "Here", "Would say now"], [.. p.Hosts.Select(h => (IReadOnlyList<Cell>)[h.Host, Human.YesNo(h.Here), h.Explanation])]);
    }

    private static async Task<ExitCode> SnapshotAsync(Invocation invocation, CancellationToken token)
    {
        invocation.Print.Data(await invocation.Api.TextAsync($"{Cluster}/snapshot", authenticated: true, token)
            ?? throw new CliError(ExitCode.ServerFault, "The server knows no snapshot.", "Use the gantry of the same version as the server."));
        return ExitCode.Success;
    }
}

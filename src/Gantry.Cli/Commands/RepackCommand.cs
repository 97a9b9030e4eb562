using System.CommandLine;
using System.Globalization;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>What a repacking of the whole cluster would bring.</summary>
internal static class RepackCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be moved; required, since nothing is moved yet" };
    private static readonly Option<string> Objective = new("--objective")
    {
        Description = "What it is for (default: fewest-hosts)", HelpName = "fewest-hosts|convex-cost|balance", DefaultValueFactory = _ => "fewest-hosts",
    };

    private static readonly Option<double> MaxMoved = new("--max-moved") { Description = "Share of all containers that may move (default: 1)", HelpName = "0…1", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Price = new("--price") { Description = "Price of a host a month, to show what is saved", HelpName = "AMOUNT" };
    private static readonly Option<bool> StopTheWorld = new("--stop-the-world") { Description = "For maintenance nights: stop what moves first" };

    public static GantryCommand Create(CommandFactory factory)
    {
        Objective.AcceptOnlyFromAmong("fewest-hosts", "convex-cost", "balance");
        return factory.Create(
            new GantryCommand(HostCommands.Group, "repack", "Show a better assignment of all containers, and the moves that reach it")
            {
                Details = "Each wave keeps every app available and every host within what it may promise, the copies in flight counted in.",
                Examples = ["gantry hosts repack --dry-run", "gantry hosts repack --dry-run --objective balance --max-moved 0.03", "gantry hosts repack --dry-run --price 40 --format json"],
            },
            RunAsync, DryRun, Objective, MaxMoved, Price, StopTheWorld);
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        if (!invocation.Get(DryRun))
            throw new CliError(ExitCode.Usage, "A repacking is not carried out yet; gantry hosts drain empties one host, and hot hosts are relieved without being asked.", "See what it would do: gantry hosts repack --dry-run");
        var query = string.Create(CultureInfo.InvariantCulture,
            $"objective={invocation.Get(Objective)}&max_moved={invocation.Get(MaxMoved)}&price={invocation.Get(Price)}&stop_the_world={(invocation.Get(StopTheWorld) ? "true" : "false")}");
        var plan = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/cluster/repacking?{query}", AdminJson.Default.RepackingReply, token)).Repacking;
        invocation.Print.Result(plan, AdminJson.Default.RepackingResource, () => Print(invocation, plan));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, RepackingResource p)
    {
        invocation.Print.Details(
        [
            ("Hosts in use", $"{p.Hosts.Before} now, {p.Hosts.After} after"), ("Freed", p.Freed.Count == 0 ? "none" : string.Join(", ", p.Freed)),
            ("Saved a month", Number(p.SavedPerMonth)), ("Moves", $"{p.Waves.Sum(w => w.Moves.Count)} in {p.Waves.Count} waves, {Number(100 * p.MovedShare)} % of all containers"),
            ("Time", Human.Duration(TimeSpan.FromSeconds(p.EstimatedSeconds))), ("Imbalance", $"{Number(p.Imbalance.Before)} now, {Number(p.Imbalance.After)} after"),
            ("Overload chance", $"{Number(100 * p.Risk.Before)} % now, {Number(100 * p.Risk.After)} % after"),
        ]);
        if (p.Waves.Count > 0)
            invocation.Print.Table(["Wave", "Container", "From", "To", "Why"], [.. p.Waves.SelectMany((w, i) => w.Moves.Select(m => Row(i + 1, m)))]);
        foreach (var kept in p.Kept)
            invocation.Print.Data($"Stays: {kept}");
        foreach (var alarm in p.Alarms)
            invocation.Print.Data($"Alarm: {alarm}");
    }

    private static IReadOnlyList<Cell> Row(int wave, HostMove m) => [wave, m.Container, m.From, m.To, m.Explanation];

    private static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}

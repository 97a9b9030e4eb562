using System.CommandLine;
using System.Globalization;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>Moves containers to a better assignment of the whole cluster, or shows what that would bring.</summary>
internal static class RepackCommand
{
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be moved, and move nothing" };
    private static readonly Option<bool> Status = new("--status") { Description = "Show how far the repacking is, or how the last one ended" };
    private static readonly Option<bool> Pause = new("--pause") { Description = "Begin no more moves for now" };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on with a paused repacking, or watch one that runs" };
    private static readonly Option<bool> Abandon = new("--abandon") { Description = "End the repacking: what is moved stays moved, moves under way are finished" };
    private static readonly Option<int?> AtOnce = new("--at-once") { Description = "Moves under way at once, up to 100 (default: as configured, 4)", HelpName = "N" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Return at once; the platform goes on" };
    private static readonly Option<string> Objective = new("--objective")
    {
        Description = "What it is for (default: fewest-hosts)", HelpName = "fewest-hosts|convex-cost|balance", DefaultValueFactory = _ => "fewest-hosts",
    };

    private static readonly Option<double> MaxMoved = new("--max-moved") { Description = "Share of all containers that may move (default: 1)", HelpName = "0…1", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Price = new("--price") { Description = "Price of a host a month: --dry-run shows what is saved", HelpName = "AMOUNT" };
    private static readonly Option<bool> StopTheWorld = new("--stop-the-world") { Description = "With --dry-run: as if what moves were stopped first" };

    public static GantryCommand Create(CommandFactory factory)
    {
        Objective.AcceptOnlyFromAmong("fewest-hosts", "convex-cost", "balance");
        return factory.Create(
            new GantryCommand(HostCommands.Group, "repack", "Move containers so that fewer hosts are needed, and every app stays available")
            {
                Details =
                    "Moves are made in waves; each keeps every host within what it may promise, the copies in flight counted in. A container is started elsewhere first; when it is ready there it gets the requests, and the old one ends. What can't be moved any more is given up, and the end says why. One repacking at a time. Ctrl-C ends the watching only.",
                Examples =
                [
                    "gantry hosts repack --dry-run --price 40", "gantry hosts repack", "gantry hosts repack --objective balance --max-moved 0.03 --at-once 2", "gantry hosts repack --status --format json",
                    "gantry hosts repack --pause", "gantry hosts repack --resume", "gantry hosts repack --abandon",
                ],
            },
            RunAsync, DryRun, Objective, MaxMoved, AtOnce, Price, StopTheWorld, NoWait, Status, Pause, Resume, Abandon);
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        if (new[] { DryRun, Status, Pause, Resume, Abandon }.Count(invocation.Get) > 1)
            throw new CliError(ExitCode.Usage, "--dry-run, --status, --pause, --resume and --abandon ask for different things: give one of them.");
        return invocation.Get(DryRun) ? await ShowAsync(invocation, token) : await CarryOutAsync(invocation, token);
    }

    private static async Task<ExitCode> CarryOutAsync(Invocation invocation, CancellationToken token)
    {
        if (invocation.Get(StopTheWorld))
            throw new CliError(ExitCode.Usage, "A repacking that is carried out stops nothing; --stop-the-world is for --dry-run.", "See what it would bring: gantry hosts repack --dry-run --stop-the-world");
        var repacking = invocation.Get(Status) ? await RepackProgress.ShowAsync(invocation, token)
            : invocation.Get(Pause) ? await RepackProgress.ChangeAsync(invocation, "paused", token)
            : invocation.Get(Resume) ? await RepackProgress.ChangeAsync(invocation, "running", token)
            : invocation.Get(Abandon) ? await RepackProgress.ChangeAsync(invocation, "abandoned", token)
            : await RepackProgress.BeginAsync(invocation, new BeginRepackingBody(invocation.Get(Objective), invocation.Get(MaxMoved), invocation.Get(AtOnce)), token);
        if (!invocation.Get(Status) && !invocation.Get(Pause) && !invocation.Get(NoWait))
            repacking = await RepackProgress.WatchAsync(invocation, repacking, token);
        invocation.Print.Result(repacking, AdminJson.Default.RepackingProgress, () => RepackProgress.Print(invocation, repacking));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> ShowAsync(Invocation invocation, CancellationToken token)
    {
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

using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>How far a repacking is, until it has ended.</summary>
internal static class RepackProgress
{
    private const string Path = $"{AdminApi.Prefix}/cluster/repacking";
    private const string GoesOn = "It goes on. See it: gantry hosts repack --status. Watch it again: gantry hosts repack --resume. End it: gantry hosts repack --abandon";

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    public static async Task<RepackingProgress> BeginAsync(Invocation invocation, BeginRepackingBody wanted, CancellationToken token) =>
        (await invocation.Api.PostPatientlyAsync(Path, new BeginRepackingRequest(wanted), AdminJson.Default.BeginRepackingRequest, AdminJson.Default.RepackingProgressReply, token)).Repacking;

    public static async Task<RepackingProgress> ShowAsync(Invocation invocation, CancellationToken token) =>
        (await invocation.Api.GetAsync($"{Path}/progress", AdminJson.Default.RepackingProgressReply, token)).Repacking;

    public static async Task<RepackingProgress> ChangeAsync(Invocation invocation, string status, CancellationToken token) =>
        (await invocation.Api.PatchAsync(
            Path, new ChangeRepackingRequest(new ChangeRepackingBody(status)), AdminJson.Default.ChangeRepackingRequest, AdminJson.Default.RepackingProgressReply, token)).Repacking;

    /// <summary>Tells each step.</summary>
    public static async Task<RepackingProgress> WatchAsync(Invocation invocation, RepackingProgress repacking, CancellationToken token)
    {
        try
        {
            for (var told = ""; repacking.Ended is null; repacking = await ShowAsync(invocation, token))
            {
                if (Line(repacking) is var now && now != told)
                    invocation.Print.Say(told = now);
                await Task.Delay(_pause, invocation.Shell.Time, token);
            }

            return repacking;
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            invocation.Print.Say(GoesOn);
            throw;
        }
    }

    public static void Print(Invocation invocation, RepackingProgress repacking)
    {
        // At its end what was moved needs no word.
        var shown = repacking.Moves.Where(m => repacking.Ended is null || m.State == "given_up").ToList();
        if (shown.Count > 0)
            invocation.Print.Table(["Wave", "App", "Container", "From", "To", "State", "Why"], [.. shown.Select(Row)]);
        invocation.Print.Say(repacking.Ended is null ? $"{Line(repacking)}. {(repacking.Status == "running" ? GoesOn : "Let it go on: gantry hosts repack --resume")}" : Summary(repacking));
    }

    private static IReadOnlyList<Cell> Row(RepackingMoveResource m) => [m.Wave, m.App, m.Label, m.From, m.To, Cell.Status(m.State), m.Why];

    /// <summary>"running: moved 7 of 12, 2 under way, 1 given up".</summary>
    private static string Line(RepackingProgress r)
    {
        var moving = r.Moves.Count(m => m.State == "moving");
        return $"{r.Status}: moved {r.Moved} of {r.Total}" + (moving > 0 ? $", {moving} under way" : "") + (r.GivenUp > 0 ? $", {r.GivenUp} given up" : "")
            + (r.Why is null ? "" : $"; {r.Why}");
    }

    private static string Summary(RepackingProgress r)
    {
        var summary = $"Repacking {r.Number} is {r.Status}: {r.Moved} moved, {r.GivenUp} given up, {(r.Freed.Count == 0 ? "no host freed" : $"freed: {string.Join(", ", r.Freed)}")}.";
        return summary + (r.Why is null ? "" : $" {r.Why}") + (r.Freed.Count == 0 ? "" : $" To keep them free: gantry hosts drain {r.Freed[0]}; to take one out of the cluster then: gantry hosts remove {r.Freed[0]}");
    }
}

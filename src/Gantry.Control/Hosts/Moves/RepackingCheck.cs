using Gantry.Domain.Hosts;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Repacking;

namespace Gantry.Control.Hosts.Moves;

/// <summary>Before each wave: whether the moves that are left are still right for the cluster as it is now. Pure.</summary>
/// <remarks>What is not is given up. Nothing is planned anew: an operator has seen this plan and not another.</remarks>
internal static class RepackingCheck
{
    private const string PlanAgain = "For a plan of the cluster as it is now: gantry hosts repack --dry-run";

    /// <param name="snapshot">The cluster while no move of this repacking is under way.</param>
    public static Repacking Run(Repacking repacking, ClusterSnapshot snapshot, ClusterRecords records)
    {
        var waves = repacking.Moves.Where(m => m.State == RepackingMoveState.Waiting).GroupBy(m => m.Wave).OrderBy(w => w.Key)
            .Select(w => new MoveWave([.. w.Select(m => new Move(m.Container.Value, m.From.Value, m.To.Value, m.Why))], 0)).ToList();
        if (waves.Count == 0)
            return repacking;
        // What is about to end is in nobody's way when its turn comes.
        var ending = records.Live.Where(c => !c.Wanted).Select(c => c.Id.Value).ToHashSet(StringComparer.Ordinal);
        var resumed = ClusterRepack.Resume(
            snapshot with { Containers = [.. snapshot.Containers.Where(c => !ending.Contains(c.Id))] }, new Plan { Waves = waves },
            RepackQuestions.ToOptions(new RepackQuestion(repacking.Objective, MaxMovedShare: 1, PricePerHost: 0, StopTheWorld: false))!);
        if (!resumed.IsSuccess)
            return Stop(repacking, resumed.Refusal!.Message);
        var left = resumed.Value.Plan.Waves.SelectMany(w => w.Moves).Select(m => (m.ContainerId, m.To)).ToHashSet();
        var dropped = resumed.Value.Report.Dropped.ToLookup(d => d.Subject, d => d.Explanation, StringComparer.Ordinal);
        var at = snapshot.Containers.ToDictionary(c => c.Id, c => c.Host, StringComparer.Ordinal);
        repacking = repacking with
        {
            Moves =
            [
                .. repacking.Moves.Select(m => m.State != RepackingMoveState.Waiting || left.Contains((m.Container.Value, m.To.Value))
                    ? m : m.GiveUp(dropped[m.Container.Value].FirstOrDefault() ?? Done(m, at.GetValueOrDefault(m.Container.Value)))),
            ],
        };
        return left.Count == 0 ? repacking
            : repacking.Objective == RepackQuestions.FewestHosts ? WithoutHostsThatStay(repacking, records)
            : IsOfUse(repacking.Objective, resumed.Value.Report) ? repacking
            : Stop(repacking, $"The cluster has changed so that what is left of the plan would better nothing. {PlanAgain}");
    }

    private static string Done(RepackingMove move, string? at) =>
        at == move.To.Value ? $"it is on {move.To} already" : $"the plan would bring it back to {at}, where it is";

    private static bool IsOfUse(string objective, RepackReport report) =>
        objective == RepackQuestions.Balance ? report.ImbalanceAfter < report.ImbalanceBefore : report.CostAfter < report.CostBefore;

    /// <summary>A host that keeps one container is not freed by moving the others.</summary>
    private static Repacking WithoutHostsThatStay(Repacking repacking, ClusterRecords records)
    {
        var there = records.Live.Where(c => c.Wanted).ToDictionary(c => c.Id, c => c.Host);
        var stays = repacking.Moves.Where(m => m.State == RepackingMoveState.GivenUp && there.GetValueOrDefault(m.Container) == m.From).ToLookup(m => m.From);
        if (repacking.Frees.Count > 0 && repacking.Frees.All(stays.Contains))
            return Stop(repacking, $"The cluster has changed so that what is left of the plan would free no host. {PlanAgain}");
        foreach (var host in repacking.Frees.Where(stays.Contains))
            repacking = repacking.GiveUp(m => m.From == host, $"{host} would not be free: {stays[host].First().Label} of {stays[host].First().App} stays there");
        return repacking;
    }

    private static Repacking Stop(Repacking repacking, string why) => repacking.GiveUp(_ => true, why) with { Why = why };
}

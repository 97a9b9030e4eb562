using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Repacks a whole cluster: a better assignment for an objective, and the waves of moves that reach it.</summary>
public static class ClusterRepack
{
    /// <summary>A plan made with <see cref="RepackOptions.Steps"/> steps, or the rule that the snapshot or the options break.</summary>
    public static Outcome<RepackPlan> Plan(ClusterSnapshot snapshot, RepackOptions options)
    {
        var opened = RepackSearch.Open(snapshot, options);
        if (!opened.IsSuccess) return opened.Refusal!;
        opened.Value.Run(options.Steps);
        return opened.Value.Finish();
    }

    /// <summary>What is left of a plan that was paused: waves that are done are left out, and moves that the cluster as it is now does not allow any
    /// more are dropped, with the reason.</summary>
    /// <param name="snapshot">The cluster now.</param>
    /// <param name="plan">The plan that was paused.</param>
    /// <param name="options">The options it was made with.</param>
    public static Outcome<RepackPlan> Resume(ClusterSnapshot snapshot, Plan plan, RepackOptions options)
    {
        if ((SnapshotRules.Check(snapshot) ?? options.Check()) is { } refusal) return refusal;
        return new WaveResumption(new RepackModel(snapshot.Canonical(), options), plan).Run();
    }
}

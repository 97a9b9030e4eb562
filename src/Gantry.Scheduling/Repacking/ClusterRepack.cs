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

    /// <summary>The best plan of several searches, each with a seed of its own, which the caller runs side by side: it has the cores, this room has no threads.
    /// The plan depends on how many searches there are, and not on how they ran. Of several, one may find something again when the plan is done.</summary>
    /// <param name="searches">At least 1; as many as there are cores use all of them.</param>
    /// <param name="forEach">Calls its second argument with each number from 0 up to its first, in any order, and returns when all are done.</param>
    public static Outcome<RepackPlan> Plan(ClusterSnapshot snapshot, RepackOptions options, int searches, Action<int, Action<int>> forEach)
    {
        var opened = new Outcome<RepackSearch>[Math.Max(1, searches)];
        var plans = new RepackPlan[opened.Length];
        forEach(opened.Length, i =>
        {
            opened[i] = RepackSearch.Open(snapshot with { Seed = snapshot.Seed + (ulong)i }, options);
            if (!opened[i].IsSuccess) return;
            opened[i].Value.Run(options.Steps);
            plans[i] = opened[i].Value.Finish();
        });
        if (!opened[0].IsSuccess) return opened[0].Refusal!;
        var best = 0;
        for (var i = 1; i < opened.Length; i++)
            if (opened[i].Value.IsBetterThan(opened[best].Value)) best = i;
        return plans[best];
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

using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>A repacking that can be stopped at any moment: the caller runs it for as many steps as it likes, and what was found so far is
/// a whole plan. The same snapshot, options and calls give the same plan. Not for several threads at once; several
/// searches are (<see cref="ClusterRepack"/>).</summary>
public sealed class RepackSearch
{
    private readonly RepackModel _model;
    private readonly List<MoveWave> _waves = [];
    private int[] _reached;
    private RepackWork _work;
    private IReadOnlyList<RepackRefusal> _dropped = [];
    private Queue<Func<IRepackPhase>> _phases = [];
    private IRepackPhase? _phase;
    private int _kept;

    private RepackSearch(RepackModel model)
    {
        (_model, _reached) = (model, model.Origin);
        _work = new RepackWork(new RepackState(model, _reached), 0);
        BeginPhases();
    }

    /// <summary>Hosts with a container in the best assignment so far.</summary>
    public int UsedHosts => Enumerable.Range(0, _model.Hosts.Length).Count(h => _work.State.Count(h) > 0);

    /// <summary>Whether all that can be tried was tried.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>A search on the snapshot, or the rule that the snapshot or the options break.</summary>
    public static Outcome<RepackSearch> Open(ClusterSnapshot snapshot, RepackOptions options) =>
        SnapshotRules.Check(snapshot) is { } refusal ? refusal
        : options.Check() is { } refused ? refused
        : new RepackSearch(new RepackModel(snapshot.Canonical(), options));

    /// <summary>Searches for about so many steps; false when there is nothing left to try.</summary>
    public bool Run(long steps)
    {
        _work.Steps = steps;
        while (!IsFinished && !_work.IsOver)
        {
            if (_phase is not null && _phase.Step()) continue;
            if (_phases.TryDequeue(out var next)) _phase = next();
            else if (_work.Kept > _kept) BeginPhases();
            else IsFinished = !Settle();
        }

        return !IsFinished;
    }

    /// <summary>The plan for what was found.</summary>
    public RepackPlan Finish()
    {
        if (!IsFinished) Settle();
        return new RepackReporting(_model, _waves, _reached, _dropped).Plan(IsFinished);
    }

    /// <summary>Whether what its plan reaches is better than what another's of the same cluster does.</summary>
    internal bool IsBetterThan(RepackSearch other) => IsBetter(new RepackState(_model, _reached), new RepackState(_model, other._reached));

    /// <summary>Turns what was found into waves. Where not all of it can be reached the search goes on from what can, as long as that is better than
    /// what was there; so planning again when the plan is done finds nothing.</summary>
    private bool Settle()
    {
        var waves = new MigrationWaves(_model, _reached, _work.State.HostOf);
        _dropped = waves.Dropped;
        var better = IsBetter(new RepackState(_model, waves.Reached), new RepackState(_model, _reached));
        if (better)
        {
            _waves.AddRange(waves.Waves);
            _reached = waves.Reached;
        }

        _work = new RepackWork(new RepackState(_model, _reached), _work.Steps);
        BeginPhases();
        return better && waves.Dropped.Count > 0;
    }

    private bool IsBetter(RepackState now, RepackState before)
    {
        var (draining, drained) = (OnDraining(now), OnDraining(before));
        return draining != drained ? draining < drained : Cost(now) < Cost(before) - 1e-9;
    }

    private int OnDraining(RepackState state) => Enumerable.Range(0, _model.Hosts.Length).Where(h => _model.Hosts[h].State == HostState.Draining).Sum(state.Count);

    private double Cost(RepackState state) => _model.Options.Objective switch
    {
        RepackObjective.FewestHosts => RepackCost.Hosts(state),
        RepackObjective.ConvexCost => RepackCost.Convex(state),
        _ => RepackCost.Imbalance(state),
    };

    /// <summary>All phases once more: what a later one changed may give an earlier one something to do.</summary>
    private void BeginPhases()
    {
        var work = _work;
        (_phase, _kept) = (null, work.Kept);
        _phases = new Queue<Func<IRepackPhase>>(_model.Options.Objective switch
        {
            RepackObjective.FewestHosts => [() => new HostEmptying(work, () => RepackCost.Hosts(work.State))],
            RepackObjective.ConvexCost => [() => new LoadShifting(work, balance: false), () => new HostEmptying(work, () => RepackCost.Convex(work.State))],
            _ => [() => new LoadShifting(work, balance: true)],
        });
    }
}

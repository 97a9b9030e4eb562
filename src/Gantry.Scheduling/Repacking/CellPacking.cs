using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Packs all containers of a cluster from scratch on some of its hosts, as if nothing ran yet: tells whether they would still fit. The
/// inner step of cell compaction (Verma et al., EuroSys 2015, §5.1).</summary>
public sealed class CellPacking
{
    private readonly RepackModel _model;

    private CellPacking(RepackModel model) => _model = model;

    /// <summary>Hosts in the order of the indices of <see cref="Pack"/>: that of their ids.</summary>
    public IReadOnlyList<HostSnapshot> Hosts => _model.Hosts;

    /// <summary>Containers in the order of what <see cref="Pack"/> returns: that of their ids.</summary>
    public IReadOnlyList<ContainerSnapshot> Containers => _model.Snapshot.Containers;

    public static Outcome<CellPacking> Open(ClusterSnapshot snapshot, RepackOptions options) =>
        SnapshotRules.Check(snapshot) is { } refusal ? refusal
        : options.Check() is { } refused ? refused
        : new CellPacking(new RepackModel(Everywhere(snapshot.Canonical()), options));

    /// <summary>By container: its host, or -1 for what found no place within so many steps.</summary>
    /// <param name="hosts">Hosts that may be used.</param>
    /// <param name="steps">Tests of one container on one host; a first packing, best fit, is made in any case.</param>
    /// <param name="mayStay">How many may stay without a place: the search ends there.</param>
    public int[] Pack(IReadOnlyList<int> hosts, long steps, int mayStay = 0)
    {
        var state = new RepackState(_model, _model.Origin);
        var work = new RepackWork(state, steps);
        var homing = new Homing(work, hosts, _model.Snapshot.Seed);
        foreach (var (host, container) in PatternPacking.Of(_model, hosts)?.Plan() ?? [])
            if (work.Test(_model.KindAt(container), host)) work.Move(container, host);
        work.Keep();
        for (var c = 0; c < _model.Origin.Length; c++)
            if (state.HostOf[c] < 0) homing.Add(c);
        foreach (var container in homing.Fill()) homing.Add(container);
        new SlackConcentration(work, hosts, homing.RunForMost(work.Steps / 4), _model.Snapshot.Seed).Run(mayStay);
        return state.HostOf;
    }

    /// <summary>The fewest hosts, taken in this order, on which all but so many containers could find a place by any scheduler.</summary>
    /// <param name="order">Hosts in the order in which they are used.</param>
    /// <param name="least">Known to be needed.</param>
    /// <param name="mayStay">How many may stay without a place.</param>
    /// <returns>More than <paramref name="least"/> only where few shapes of containers meet few sizes of hosts and loads have no curves.</returns>
    public int AtLeast(IReadOnlyList<int> order, int least, int mayStay) => PatternPacking.Of(_model, order)?.AtLeast(order, least, mayStay) ?? least;

    /// <summary>Nothing runs anywhere yet, so everything may move.</summary>
    private static ClusterSnapshot Everywhere(ClusterSnapshot snapshot) =>
        snapshot with { Containers = [.. snapshot.Containers.Select(c => c with { Host = "" })] };
}

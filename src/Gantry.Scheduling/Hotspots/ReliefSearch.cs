using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Scheduling.Hotspots;

/// <summary>A move, or with <see cref="Back"/> a swap, and how much expected excess it takes away.</summary>
internal readonly record struct Relief(ContainerLoad Container, HostLoad From, HostLoad Target, ContainerLoad? Back, double Gain)
{
    public double Cost => CostOf(Container, Target) + (Back is null ? 0 : CostOf(Back, From));

    private static double CostOf(ContainerLoad container, HostLoad target) => container.Cost + Sandpiper.PullCost(container.Container, target.Host);
}

/// <summary>Looks for the move that relieves one host best.</summary>
internal sealed class ReliefSearch(MoveRules rules, Func<ContainerLoad, bool> mayMove)
{
    /// <summary>Excess a move has to take away, as a share of a host's capacity: less is not worth a restart, and could be noise.</summary>
    private const double LeastGain = 0.001;

    /// <summary>Targets with room that are looked at for a container, the emptiest first.</summary>
    private const int MostTargets = 16;

    /// <summary>Containers of a host that are tried for a swap, those first that relieve it most.</summary>
    private const int MostSwapped = 8;

    /// <summary>The cheapest move for its gain among those that gain at least half of what the best one does: crumbs cost restarts as well.</summary>
    public Relief? Move(HostLoad hot, IReadOnlyList<HostLoad> targets)
    {
        var found = new List<Relief>();
        foreach (var container in hot.Containers)
            if (mayMove(container) && To(hot, container, targets) is { } relief) found.Add(relief);
        return Cheapest(found);
    }

    /// <summary>A container against a lesser one of a host that has no room for it alone.</summary>
    public Relief? Swap(HostLoad hot, IReadOnlyList<HostLoad> targets)
    {
        var found = new List<Relief>();
        foreach (var container in hot.Containers.Where(mayMove).OrderBy(c => hot.RiskAfter(null, c)).ThenBy(c => c.Container.Id, StringComparer.Ordinal).Take(MostSwapped))
            foreach (var target in targets.Where(t => t != hot && t.Host.State == HostState.Ready).Take(MostTargets))
                foreach (var back in target.Containers)
                {
                    if (back.Container.App == container.Container.App || !mayMove(back) || !target.Takes(container, back)) continue;
                    var gain = hot.Risk + target.Risk - hot.RiskAfter(back, container) - target.RiskAfter(container, back);
                    if (gain < 2 * LeastGain || !rules.Allows(container.Container, target.Host, [back.Container]) || !rules.Allows(back.Container, hot.Host, [container.Container])) continue;
                    found.Add(new Relief(container, hot, target, back, gain));
                }

        return Cheapest(found);
    }

    private Relief? To(HostLoad hot, ContainerLoad container, IReadOnlyList<HostLoad> targets)
    {
        var drop = hot.Risk - hot.RiskAfter(null, container);
        var (gain, looked) = (LeastGain, 0);
        HostLoad? best = null;
        foreach (var target in targets)
        {
            if (drop <= gain || looked == MostTargets) break;
            if (target == hot || target.Host.State != HostState.Ready || !target.Takes(container, null)) continue;
            var rise = target.RiskAfter(container, null) - target.Risk;
            if (drop - rise > gain)
            {
                if (!rules.Allows(container.Container, target.Host, [])) continue;
                (best, gain) = (target, drop - rise);
            }

            looked++;
            if (best == target && rise == 0) break;
        }

        return best is null ? null : new Relief(container, hot, best, null, gain);
    }

    private static Relief? Cheapest(List<Relief> found)
    {
        if (found.Count == 0) return null;
        var most = found.Max(f => f.Gain);
        return found.Where(f => f.Gain >= most / 2).MaxBy(f => f.Gain / f.Cost);
    }
}

using System.Globalization;
using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Hotspots;

/// <summary>Finds hot hosts and relieves them by the fewest and cheapest moves. Wood et al., "Black-box and Gray-box Strategies for
/// Virtual Machine Migration" (NSDI 2007): volume orders hosts, volume over size orders containers, swaps come when no move fits.</summary>
public static class Sandpiper
{
    /// <summary>Moves that would cool the hot hosts, or an alarm where none can. Nothing when nothing is hot.</summary>
    public static Outcome<Plan> Plan(ClusterSnapshot snapshot) =>
        SnapshotRules.Check(snapshot) is { } refusal ? refusal : new SandpiperPass(snapshot.Canonical()).Run();

    /// <summary>Hosts that are hot now, with the resource: for operators.</summary>
    public static IReadOnlyList<(string Host, string Resource)> Hot(ClusterSnapshot snapshot)
    {
        var pass = new SandpiperPass(snapshot.Canonical());
        return [.. pass.Hot().Select(h => (h.Load.Host.Id, snapshot.Resources[h.Resource]))];
    }

    /// <summary>What a move costs: bytes to fetch and warm, connections to drain, time to boot. Stands for Sandpiper's memory footprint.</summary>
    public static double MoveCost(ContainerSnapshot container, HostSnapshot? target, int memory)
    {
        var warm = memory < 0 ? 0 : HostLoad.Profile(container, memory)?.Window.LastOrDefault() ?? container.Limits[memory];
        var pull = target is not null && container.Image.Length > 0 && !target.Images.Contains(container.Image) ? 256.0 * (1 << 20) : 0;
        return 1 + (warm + pull) / (1 << 20) + 10 * container.BootSeconds + container.Connections;
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Hotspots;

/// <summary>Finds hosts that are hot or about to be, and relieves them by few and cheap moves. After Wood et al., "Black-box and Gray-box
/// Strategies for Virtual Machine Migration" (NSDI 2007): k of n and a forecast say what is hot, relief for the cost of a move chooses the
/// container, the least loaded host takes it, swaps come when no move helps. Unlike there, what counts is not a sum of peaks but how far the sum is expected to be above the threshold.</summary>
public static class Sandpiper
{
    /// <summary>Moves that would relieve hosts, and an alarm for each hot one that none would. Nothing when nothing is at risk.</summary>
    public static Outcome<Plan> Plan(ClusterSnapshot snapshot) =>
        SnapshotRules.Check(snapshot) is { } refusal ? refusal : new SandpiperPass(snapshot.InOrder()).Run();

    /// <summary>Hosts that are hot now, with the resource: for operators.</summary>
    public static IReadOnlyList<(string Host, string Resource)> Hot(ClusterSnapshot snapshot) => new SandpiperPass(snapshot.InOrder()).Hot();

    /// <summary>What a move costs: bytes to fetch and warm, connections to drain, time to boot. Stands for Sandpiper's memory footprint.</summary>
    public static double MoveCost(ContainerSnapshot container, HostSnapshot? target, int memory)
    {
        double warm = 0;
        if (memory >= 0) warm = HostLoad.Profile(container, memory) is { Window: { Count: > 0 } window } ? window[^1] : container.Limits[memory];
        var pull = target is not null && container.Image.Length > 0 && !target.Images.Contains(container.Image) ? 256.0 * (1 << 20) : 0;
        return 1 + (warm + pull) / (1 << 20) + 10 * container.BootSeconds + container.Connections;
    }

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

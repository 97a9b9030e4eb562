using System.Globalization;
using Gantry.Domain;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Hotspots;

/// <summary>Finds hosts that are hot or about to be, and relieves them by few and cheap moves. After Wood et al., "Black-box and Gray-box
/// Strategies for Virtual Machine Migration" (NSDI 2007): k of n and a forecast say what is hot, relief for the cost of a move chooses the
/// container, the least loaded host takes it, swaps come when no move helps; a container that only its limit holds back is resized in place. Unlike there, what counts is not a sum of peaks but how far the sum is expected to be above the threshold.</summary>
public static class Sandpiper
{
    /// <summary>Seconds. A day: whoever boots longer is given up long before.</summary>
    internal const double LongestBoot = 86_400;

    /// <summary>Limits to raise in place, moves that would relieve hosts, and an alarm for each hot one that none would. Nothing when nothing is at risk.</summary>
    public static Outcome<Plan> Plan(ClusterSnapshot snapshot) =>
        SnapshotRules.Check(snapshot) is { } refusal ? refusal : new SandpiperPass(snapshot.InOrder()).Run();

    /// <summary>Hosts that are hot now, with the resource: for operators. None in a snapshot that breaks a rule: <see cref="Plan"/> says which.</summary>
    public static IReadOnlyList<(string Host, string Resource)> Hot(ClusterSnapshot snapshot) =>
        SnapshotRules.Check(snapshot) is null ? new SandpiperPass(snapshot.InOrder()).Hot() : [];

    /// <summary>What a move costs wherever it goes: bytes to warm, connections to drain, time to boot. Stands for Sandpiper's memory footprint.</summary>
    internal static double MoveCost(ContainerSnapshot container, int memory)
    {
        double warm = 0;
        if (memory >= 0) warm = container.Profile(memory) is { Window: { Count: > 0 } window } ? window[^1] : container.Limits[memory];
        return 1 + warm / (1 << 20) + 10 * Boot(container) + Math.Max(0, container.Connections);
    }

    /// <summary>What depends on the target: layers that it lacks.</summary>
    internal static double PullCost(ContainerSnapshot container, HostSnapshot target) => container.Image.Length == 0 || target.Images.Contains(container.Image) ? 0 : 256;

    /// <summary>0 where it was not measured, or measured as what can't be: between its two times a clock was set.</summary>
    internal static double Boot(ContainerSnapshot container) => container.BootSeconds is > 0 and <= LongestBoot and var boot ? boot : 0;

    internal static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

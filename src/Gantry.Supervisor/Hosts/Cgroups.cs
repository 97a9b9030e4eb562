using System.Globalization;

namespace Gantry.Supervisor.Hosts;

/// <summary>Finds and reads the control groups of containers, on hosts with cgroup v1, v2 or both.</summary>
internal sealed class Cgroups(string parent)
{
    private const string Root = "/sys/fs/cgroup";

    public bool IsV2 { get; } = File.Exists($"{Root}/cgroup.controllers");

    /// <summary>False when the kernel does not count swap: swap limits cannot be set then.</summary>
    public bool SwapAccounting { get; } =
        File.Exists($"{Root}/memory/memory.memsw.limit_in_bytes")
        || (File.Exists($"{Root}/cgroup.controllers") && File.Exists("/proc/swaps"));

    public string PathInHierarchy(string id) => $"/{parent}/{id}";

    /// <summary>How many processes of a container the kernel killed for memory.</summary>
    public int OutOfMemoryKills(string id)
    {
        var file = IsV2 ? $"{Root}/{parent}/{id}/memory.events" : $"{Root}/memory/{parent}/{id}/memory.oom_control";
        if (!File.Exists(file))
            return 0;
        foreach (var line in File.ReadLines(file))
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
                return int.Parse(line.AsSpan(9), CultureInfo.InvariantCulture);
        return 0;
    }

    /// <summary>Removes the empty groups of a container; false when the kernel still holds on to one.</summary>
    public bool TryRemove(string id)
    {
        // Where v2 is not mounted, crun makes a plain directory instead of a group.
        var leftover = $"{PrivateMounts.Unified}/{parent}/{id}";
        if (!IsV2 && Directory.Exists(leftover))
            Directory.Delete(leftover, recursive: true);
        return TryDelete(Groups(id));
    }

    /// <summary>Removes the parent groups, which are empty once no container is left.</summary>
    public bool TryRemoveParent() => TryDelete(Hierarchies().Select(h => $"{h}/{parent}"));

    /// <summary>Processes of a container that are left, in whichever hierarchy.</summary>
    public IReadOnlyList<int> Processes(string id) =>
    [
        .. Groups(id).Select(g => $"{g}/cgroup.procs").Where(File.Exists).SelectMany(File.ReadLines)
            .Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Distinct(),
    ];

    private static bool TryDelete(IEnumerable<string> groups)
    {
        try
        {
            foreach (var group in groups.Where(Directory.Exists))
                Directory.Delete(group);
            return true;
        }
        catch (IOException)
        {
            // Busy: the last process is dead, but not forgotten yet.
            return false;
        }
    }

    private IEnumerable<string> Groups(string id) => Hierarchies().Select(h => $"{h}/{parent}/{id}");

    private IEnumerable<string> Hierarchies() => IsV2 ? [Root] : Directory.GetDirectories(Root).Where(d => d != PrivateMounts.Unified);
}

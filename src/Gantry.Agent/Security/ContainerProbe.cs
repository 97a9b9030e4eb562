using System.Globalization;

namespace Gantry.Agent.Security;

/// <summary>Looks at the running containers of a host: at all control groups below the one that Gantry gives them.</summary>
internal sealed class ContainerProbe(string cgroupParent)
{
    private const string Cgroups = "/sys/fs/cgroup";

    private static readonly string[] Namespaces = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];

    private static readonly HashSet<string> UsualDevices =
    [
        "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "shm", "mqueue", "fd", "stdin", "stdout", "stderr", "core",
    ];

    private readonly bool _v2 = File.Exists($"{Cgroups}/cgroup.controllers");

    /// <summary>Containers that end while they are looked at are left out.</summary>
    public IReadOnlyList<ContainerFacts> Look()
    {
        var parent = Group("memory", "");
        return Directory.Exists(parent) ? [.. Directory.GetDirectories(parent).Select(Path.GetFileName).Select(n => TryLook(n!)).OfType<ContainerFacts>()] : [];
    }

    private ContainerFacts? TryLook(string name)
    {
        try
        {
            var processes = File.ReadLines(Path.Combine(Group("memory", name), "cgroup.procs"))
                .Select(l => int.Parse(l, CultureInfo.InvariantCulture)).Select(ReadProcess).ToList();
            return processes.Count == 0 ? null : Look(name, processes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private ContainerFacts Look(string name, List<(ProcessFacts Process, bool IsInit)> processes)
    {
        var all = processes.OrderByDescending(p => p.IsInit).Select(p => p.Process).ToList();
        var pid = all[0].Pid;
        var limits = File.ReadAllLines($"/proc/{pid}/limits");
        return new ContainerFacts
        {
            Name = name,
            Processes = all,
            SharedNamespaces = [.. Namespaces.Where(n => Namespace(pid, n) == Namespace(Environment.ProcessId, n))],
            Mounts = [.. MountTable.Of(pid)],
            HostRootDevice = MountTable.Of(Environment.ProcessId).First(m => m.Target == "/").Device,
            Devices = [.. Directory.GetFileSystemEntries($"/proc/{pid}/root/dev").Select(d => Path.GetFileName(d)!).Where(d => !UsualDevices.Contains(d))],
            MemoryLimit = Limit("memory", name, _v2 ? "memory.max" : "memory.limit_in_bytes"),
            CpuWeight = Limit("cpu", name, _v2 ? "cpu.weight" : "cpu.shares"),
            PidsLimit = Limit("pids", name, "pids.max"),
            OpenFilesLimit = HardLimit(limits, "Max open files"),
            CoreLimit = HardLimit(limits, "Max core file size"),
            AppArmor = File.Exists("/sys/module/apparmor/parameters/enabled") ? Label($"/proc/{pid}/attr/current") : null,
            SeLinux = File.Exists("/sys/fs/selinux/enforce") ? Label($"/proc/{pid}/attr/current") : null,
        };
    }

    private static (ProcessFacts Process, bool IsInit) ReadProcess(int pid)
    {
        var status = File.ReadLines($"/proc/{pid}/status").Select(l => l.Split(':', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        var capabilities = status.Where(s => s.Key.StartsWith("Cap", StringComparison.Ordinal))
            .Aggregate(0UL, (sum, s) => sum | ulong.Parse(s.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        var uid = long.Parse(status["Uid"].Split('\t')[1], CultureInfo.InvariantCulture);
        return (
            new ProcessFacts(
                pid, status["Name"], capabilities, Inside(pid, uid), status["NoNewPrivs"] == "1", int.Parse(status["Seccomp"], CultureInfo.InvariantCulture)),
            status["NSpid"].Split('\t')[^1] == "1");
    }

    /// <summary>The user id that a process of another user namespace sees.</summary>
    private static long Inside(int pid, long uid)
    {
        foreach (var line in File.ReadLines($"/proc/{pid}/uid_map"))
        {
            var map = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            if (uid >= map[1] && uid < map[1] + map[2])
                return uid - map[1] + map[0];
        }

        return uid;
    }

    private string Group(string controller, string name) => Path.Combine(_v2 ? Cgroups : $"{Cgroups}/{controller}", cgroupParent, name);

    private long? Limit(string controller, string name, string file)
    {
        var path = Path.Combine(Group(controller, name), file);
        // "max", or all that a page counter of the first version can hold, is no limit.
        return File.Exists(path) && long.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var limit) && limit < long.MaxValue >> 1 ? limit : null;
    }

    private static long? HardLimit(string[] limits, string name)
    {
        var columns = limits.First(l => l.StartsWith(name, StringComparison.Ordinal))[26..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.TryParse(columns[1], CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }

    private static string? Namespace(int pid, string kind) => new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget;

    private static string Label(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\n', '\0');
        }
        catch (IOException)
        {
            // No module answers here.
            return "unconfined";
        }
    }
}

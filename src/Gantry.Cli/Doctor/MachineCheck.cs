using Gantry.Contracts.Admin;

namespace Gantry.Cli.Doctor;

/// <summary>
/// What a host needs, looked at from outside of gantryd: for the day on which it does not start. Nothing is changed.
/// </summary>
internal static class MachineCheck
{
    private static readonly (string Name, string[] Paths, string Package, string For)[] Programs =
    [
        ("crun", ["/usr/bin/crun"], "crun", "runs containers"),
        ("nft", ["/usr/sbin/nft"], "nftables", "keeps containers apart"),
        ("ip", ["/usr/sbin/ip", "/sbin/ip", "/bin/ip"], "iproute2", "makes their networks"),
        ("git", ["/usr/bin/git"], "git", "receives pushes"),
        ("sshd", ["/usr/sbin/sshd"], "openssh-server", "receives pushes"),
        ("mmdebstrap", ["/usr/bin/mmdebstrap"], "mmdebstrap", "builds stacks"),
    ];

    private static readonly (string Name, string Path)[] KernelFeatures =
    [
        ("overlayfs", "overlay"),
    ];

    /// <param name="overlayPort">The UDP port of an overlay that the machine is to be fit for, or null.</param>
    public static IReadOnlyList<CheckResource> Run(int? overlayPort) =>
    [
        Root(), .. Programs.Select(Program), .. KernelFeatures.Select(FileSystem), Cgroups(), UserNamespaces(), Forwarding(),
        .. overlayPort is { } port ? OverlayCheck.Run(port) : [], Disk(), Memory(),
    ];

    private static CheckResource Ok(string name, string message) => new(name, "ok", message, "");

    private static CheckResource Fail(string name, string message, string fix) => new(name, "fail", message, fix);

    private static CheckResource Warn(string name, string message, string fix) => new(name, "warn", message, fix);

    private static CheckResource Root() => Environment.IsPrivilegedProcess
        ? Ok("root", "run by root")
        : Warn("root", "not run by root: some of what follows may be seen wrong", "sudo gantry admin doctor");

    private static CheckResource Program((string Name, string[] Paths, string Package, string For) program) =>
        program.Paths.FirstOrDefault(File.Exists) is { } path
            ? Ok(program.Name, $"{path} {program.For}")
            : Fail(program.Name, $"is missing; it {program.For}", $"apt-get install -y {program.Package}");

    private static CheckResource FileSystem((string Name, string Path) feature) =>
        ReadLines("/proc/filesystems").Any(l => l.EndsWith("\t" + feature.Path, StringComparison.Ordinal))
            ? Ok(feature.Name, "the kernel has it")
            : Fail(feature.Name, "the kernel does not have it", $"modprobe {feature.Path}");

    private static CheckResource Cgroups()
    {
        var mounts = ReadLines("/proc/mounts").Select(l => l.Split(' ')).Where(f => f.Length > 3).ToList();
        if (mounts.Any(f => f[2] == "cgroup2" && f[1] == "/sys/fs/cgroup"))
            return Ok("cgroups", "version 2");
        return mounts.Any(f => f[2] == "cgroup" && f[3].Split(',').Contains("memory"))
            ? Ok("cgroups", "version 1" + (mounts.Any(f => f[2] == "cgroup2") ? ", hybrid" : ""))
            : Fail("cgroups", "no memory controller is mounted", "mount -t cgroup2 none /sys/fs/cgroup");
    }

    private static CheckResource UserNamespaces() => ReadNumber("/proc/sys/user/max_user_namespaces") is > 0 and var limit
        ? Ok("user namespaces", $"up to {limit}")
        : Fail("user namespaces", "are switched off", "sysctl -w user.max_user_namespaces=65536");

    private static CheckResource Forwarding() => ReadNumber("/proc/sys/net/ipv4/ip_forward") == 1
        ? Ok("IP forwarding", "is on")
        : Warn("IP forwarding", "is off; gantryd switches it on when it starts", "sysctl -w net.ipv4.ip_forward=1");

    private static CheckResource Disk()
    {
        var drive = new DriveInfo(Directory.Exists("/var/lib/gantry") ? "/var/lib/gantry" : "/var/lib");
        var free = $"{Output.Human.Bytes(drive.AvailableFreeSpace)} free of {Output.Human.Bytes(drive.TotalSize)}";
        var share = (double)drive.AvailableFreeSpace / Math.Max(1, drive.TotalSize);
        return drive.AvailableFreeSpace < 1L << 30 ? Fail("disk", free, "Make room under /var/lib/gantry: builds and logs need it.")
            : share < 0.1 ? Warn("disk", free, "Less than a tenth is free under /var/lib/gantry.")
            : Ok("disk", free);
    }

    private static CheckResource Memory()
    {
        var available = ReadLines("/proc/meminfo").Where(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024).FirstOrDefault();
        return available > 512L << 20
            ? Ok("memory", $"{Output.Human.Bytes(available)} available")
            : Warn("memory", $"only {Output.Human.Bytes(available)} available", "Builds may take up to 4 GiB: add memory, or move apps elsewhere.");
    }

    private static long? ReadNumber(string path) => long.TryParse(ReadLines(path).FirstOrDefault(), out var number) ? number : null;

    private static string[] ReadLines(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}

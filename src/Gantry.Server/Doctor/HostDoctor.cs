using Gantry.Agent;
using Gantry.Agent.Logs;
using Gantry.Agent.Runtime;
using Gantry.Api;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Leading;
using Gantry.Server.Configuration;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Server.Doctor;

/// <summary>Looks at this host and says in plain words what is missing and how to mend it.</summary>
internal sealed class HostDoctor(
    IDeploymentStore deployments, ILogDisk logs, IHostFacts host, Leadership leadership, IOptions<GantryOptions> options, IOptions<AgentOptions> agent,
    IOptions<RemoteHostOptions> hosts) : IDoctor
{
    private const long GiB = 1024L * 1024 * 1024;

    private static readonly (string Program, string Package)[] Programs =
    [
        ("crun", "crun"), ("tini-static", "tini"), ("nft", "nftables"), ("ip", "iproute2"), ("mkfs.ext4", "e2fsprogs"),
        ("unshare", "util-linux"), ("sshd", "openssh-server"), ("git", "git"), ("tar", "tar"), ("zstd", "zstd"),
    ];

    public async Task<IReadOnlyList<CheckResource>> CheckAsync(int? overlayPort, CancellationToken token)
    {
        var checks = new List<CheckResource>();
        // A Docker Engine brings its own.
        var needed = Programs.Where(p => p.Program != "crun" || agent.Value.Runtime == RuntimeKind.Native);
        checks.AddRange(needed.Select(p => Program(p.Program, p.Package)));
        checks.Add(File("seccomp profile", "/usr/share/containers/seccomp.json", "apt-get install golang-github-containers-common"));
        checks.Add(FileSystem("overlay"));
        checks.Add(Cgroups());
        checks.Add(SwapAccounting());
        checks.Add(UserNamespaces());
        if (overlayPort is not null || hosts.Value.Overlay == OverlayKind.Vxlan)
            checks.AddRange(await OverlayChecks.OfAsync(hosts.Value.OverlayId, overlayPort ?? hosts.Value.OverlayPort, token).ConfigureAwait(false));
        checks.AddRange(await RuntimeAsync(token).ConfigureAwait(false));
        checks.Add(Disk());
        checks.Add(Logs());
        checks.Add(Memory());
        checks.Add(await StackAsync(token).ConfigureAwait(false));
        checks.Add(await LeaderAsync(token).ConfigureAwait(false));
        return checks;
    }

    private static CheckResource Program(string program, string package)
    {
        string[] folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        var found = folders.Select(f => Path.Combine(f, program)).FirstOrDefault(System.IO.File.Exists);
        return found is not null
            ? Ok(program, found)
            : Fail(program, $"The program {program} is missing.", $"apt-get install {package}");
    }

    private static CheckResource File(string name, string path, string fix) =>
        System.IO.File.Exists(path) ? Ok(name, path) : Fail(name, $"{path} is missing.", fix);

    private static CheckResource FileSystem(string name) =>
        System.IO.File.ReadLines("/proc/filesystems").Any(l => l.EndsWith("\t" + name, StringComparison.Ordinal))
            ? Ok(name, "The kernel has it.")
            : Fail(name, $"The kernel has no {name} file system.", $"modprobe {name}");

    private static CheckResource Cgroups()
    {
        if (System.IO.File.Exists("/sys/fs/cgroup/cgroup.controllers"))
        {
            var controllers = System.IO.File.ReadAllText("/sys/fs/cgroup/cgroup.controllers").Split();
            string[] needed = ["memory", "cpu", "pids"];
            var missing = needed.Except(controllers).ToList();
            return missing.Count == 0
                ? Ok("cgroups", "Version 2 with memory, cpu and pids.")
                : Fail("cgroups", $"Version 2 without {string.Join(", ", missing)}.", "Enable them on the kernel command line (cgroup_enable=…).");
        }

        return Directory.Exists("/sys/fs/cgroup/memory") && Directory.Exists("/sys/fs/cgroup/pids")
            ? Ok("cgroups", "Version 1 with memory and pids.")
            : Fail("cgroups", "No cgroup file system is mounted.", "Mount cgroup2 on /sys/fs/cgroup, or start from a distribution's init.");
    }

    private static CheckResource SwapAccounting() =>
        System.IO.File.Exists("/sys/fs/cgroup/cgroup.controllers") || System.IO.File.Exists("/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes")
            ? Ok("swap accounting", "Swap counts against each container's limit.")
            : Warn("swap accounting", "The kernel does not count swap per container: containers get no swap limit.", "Boot with swapaccount=1.");

    private static CheckResource UserNamespaces()
    {
        var text = System.IO.File.Exists("/proc/sys/user/max_user_namespaces") ? System.IO.File.ReadAllText("/proc/sys/user/max_user_namespaces").Trim() : "0";
        return text != "0"
            ? Ok("user namespaces", $"Up to {text}.")
            : Warn("user namespaces", "User namespaces are switched off.", "sysctl -w user.max_user_namespaces=65536");
    }

    /// <summary>What the runtime does, which may be less than the kernel offers.</summary>
    private async Task<IReadOnlyList<CheckResource>> RuntimeAsync(CancellationToken token)
    {
        try
        {
            return RuntimeChecks.Of(await host.GetAsync(token).ConfigureAwait(false));
        }
        catch (RuntimeException e)
        {
            return [Fail("runtime", $"The runtime does not tell: {e.Message}", "See gantryd's log for why.")];
        }
    }

    private CheckResource Disk()
    {
        var drive = new DriveInfo(Directory.Exists(options.Value.DataDirectory) ? options.Value.DataDirectory : "/");
        var free = drive.AvailableFreeSpace / GiB;
        return free >= 10
            ? Ok("disk", $"{free} GiB free for {options.Value.DataDirectory}.")
            : Warn("disk", $"Only {free} GiB are free for {options.Value.DataDirectory}.", "Free some space or move the data directory: builds need about 10 GiB.");
    }

    private CheckResource Logs()
    {
        var status = logs.Status;
        var size = $"Logs take {status.Bytes >> 20} of {status.Bound >> 20} MiB, {status.DeletedEarly >> 20} MiB were deleted early since the start.";
        return status.Trouble is null ? Ok("logs", size) : Warn("logs", status.Trouble, "Free disk space; see who writes most with du -s DATA/logs/*.");
    }

    private static CheckResource Memory()
    {
        var line = System.IO.File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal", StringComparison.Ordinal));
        var gib = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null) / (1024 * 1024);
        return gib >= 2 ? Ok("memory", $"{gib} GiB.") : Warn("memory", $"Only {gib} GiB of memory.", "Builds may take up to 4 GiB; lower Gantry:Builder:MemoryBytes.");
    }

    private async Task<CheckResource> StackAsync(CancellationToken token)
    {
        var stacks = await deployments.ListStacksAsync(token).ConfigureAwait(false);
        return stacks.FirstOrDefault(s => s.IsDefault) is { } stack
            ? Ok("stack", $"{stack.Name} is the default.")
            : Fail("stack", "No stack is installed, so nothing can be built.", "stacks/build gantry-12 DIR, then gantryd import-stack gantry-12 --run DIR/gantry-12.tar --build DIR/gantry-12-build.tar");
    }

    private async Task<CheckResource> LeaderAsync(CancellationToken token)
    {
        if (leadership.Term is { } own)
            return Ok("leader", $"This process leads, in the term {own.Number}.");
        return await leadership.FindAsync(token).ConfigureAwait(false) is { } term
            ? Ok("leader", $"The newest term, {term.Number}, began at {term.BeganAt:u} on {term.Holder}. This process stands by.")
            : Warn("leader", "No process has led yet, so nothing is started or stopped.", "See gantryd's log for why it cannot lead.");
    }

    private static CheckResource Ok(string name, string message) => new(name, "ok", message, "");

    private static CheckResource Warn(string name, string message, string fix) => new(name, "warn", message, fix);

    private static CheckResource Fail(string name, string message, string fix) => new(name, "fail", message, fix);
}

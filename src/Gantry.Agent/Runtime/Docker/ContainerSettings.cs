using System.Runtime.InteropServices;
using Docker.DotNet.Models;
using Gantry.Agent.Logs.Syslog;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>Says a <see cref="ContainerSpec"/> in the engine's words, with the isolation that the native runtime gives.</summary>
internal sealed class ContainerSettings(ContainerFolders folders, ISyslogListener syslog, IOptions<AgentOptions> options)
{
    private const string Init = "/run/gantry-init";
    private const int TenantOomScore = 100;
    private const int SmallestShares = 2;
    private readonly AgentOptions _options = options.Value;
    private readonly string _seccomp = EngineSeccomp.Render(
        options.Value.SeccompProfilePath, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64");

    public CreateContainerParameters From(ContainerSpec spec, string image, string network, Labels labels) => new()
    {
        Name = NameOf(labels),
        Image = image,
        User = "1000:1000",
        WorkingDir = spec.WorkingDirectory,
        // Reaps orphans and passes signals on to the whole group.
        Entrypoint = [Init, "-g", "--"],
        Cmd = [.. spec.Command],
        Env = [.. spec.Environment.Select(e => $"{e.Key}={e.Value}")],
        Hostname = spec.Hostname,
        Tty = spec.Terminal,
        OpenStdin = spec.Terminal,
        StdinOnce = spec.Terminal,
        AttachStdin = spec.Terminal,
        AttachStdout = spec.Terminal,
        AttachStderr = spec.Terminal,
        Labels = labels.Write(),
        HostConfig = Host(spec, network, labels),
        NetworkingConfig = new NetworkingConfig
        {
            EndpointsConfig = new Dictionary<string, EndpointSettings>
            {
                [network] = new() { IPAMConfig = new EndpointIPAMConfig { IPv4Address = labels.Address } },
            },
        },
    };

    public static string NameOf(Labels labels) => $"{labels.Instance}-{labels.Id}";

    private HostConfig Host(ContainerSpec spec, string network, Labels labels) => new()
    {
        NetworkMode = network,
        LogConfig = spec.Terminal ? new LogConfig { Type = "none" } : Syslog(labels.LogTag),
        CapDrop = ["ALL"],
        SecurityOpt = ["no-new-privileges", "seccomp=" + _seccomp],
        ReadonlyRootfs = true,
        MaskedPaths = [.. KernelFiles.Masked],
        ReadonlyPaths = [.. KernelFiles.ReadOnly],
        CgroupParent = _options.EffectiveCgroupParent,
        CgroupnsMode = "private",
        IpcMode = "private",
        OomScoreAdj = TenantOomScore,
        ShmSize = 64 << 20,
        Tmpfs = new Dictionary<string, string> { ["/run"] = "rw,nosuid,nodev,noexec,size=1m,mode=755" },
        Memory = spec.Limits.MemoryBytes,
        MemorySwap = spec.Limits.MemoryBytes + spec.Limits.SwapBytes,
        CPUShares = Math.Max(SmallestShares, spec.Limits.CpuShares),
        PidsLimit = spec.Limits.Pids,
        BlkioDeviceReadBps = Rates(spec, spec.Limits.DiskBytesPerSecond),
        BlkioDeviceWriteBps = Rates(spec, spec.Limits.DiskBytesPerSecond),
        BlkioDeviceReadIOps = Rates(spec, spec.Limits.DiskOperationsPerSecond),
        BlkioDeviceWriteIOps = Rates(spec, spec.Limits.DiskOperationsPerSecond),
        Ulimits = [Limit("nofile", Math.Min(spec.Limits.OpenFiles, OpenFiles.Most)), Limit("core", 0)],
        Sysctls = new Dictionary<string, string>
        {
            ["net.ipv4.ip_unprivileged_port_start"] = "0",
            ["net.ipv4.ping_group_range"] = "0 65535",
            ["net.ipv6.conf.all.disable_ipv6"] = "1",
        },
        Mounts = [.. Mounts(spec)],
    };

    private LogConfig Syslog(string tag) => new()
    {
        Type = "syslog",
        Config = new Dictionary<string, string>
        {
            ["syslog-address"] = $"tcp+tls://{syslog.SecureEndpoint}",
            ["syslog-format"] = "rfc5424micro",
            ["syslog-tls-ca-cert"] = syslog.AuthorityPath,
            ["tag"] = tag,
            // The engine would keep up to 100 MB a container beside the app's own log.
            ["cache-disabled"] = "true",
        },
    };

    private IEnumerable<Mount> Mounts(ContainerSpec spec)
    {
        yield return Bind(_options.InitPath, Init, true);
        yield return Bind(folders.App(spec.Id), "/app", false);
        yield return Bind(folders.Temporary(spec.Id), "/tmp", false);
        yield return Bind(folders.ResolvConf(spec.Id), "/etc/resolv.conf", true);
        for (var i = 0; i < spec.Disks.Count; i++)
            yield return Bind(folders.DiskFolder(spec.Id, i), spec.Disks[i].ContainerPath, false);
        for (var i = 0; i < spec.Mounts.Count; i++)
            yield return Bind(folders.BindSource(spec.Id, i, spec.Mounts[i]), spec.Mounts[i].ContainerPath, spec.Mounts[i].ReadOnly);
    }

    private List<ThrottleDevice> Rates(ContainerSpec spec, long? rate) => rate is null || !BlockIo.CanLimit
        ? []
        : [.. folders.Disks(spec.Id).Select(d => new ThrottleDevice { Path = BlockIo.DeviceFile(d), Rate = (ulong)rate.Value })];

    private static Mount Bind(string source, string target, bool readOnly) => new() { Type = "bind", Source = source, Target = target, ReadOnly = readOnly };

    private static Ulimit Limit(string name, long value) => new() { Name = name, Hard = value, Soft = value };
}

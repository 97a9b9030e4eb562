using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Agent;

/// <summary>Settings of one host. Everything that a host can have only once is made from <see cref="InstanceName"/>.</summary>
public sealed class AgentOptions
{
    /// <summary>1 to 8 lower-case letters and digits; two instances on one host need two names.</summary>
    public string InstanceName { get; set; } = "gantry";

    /// <summary>What runs this host's containers.</summary>
    public RuntimeKind Runtime { get; set; }

    /// <summary>Socket of the Docker Engine, for <see cref="RuntimeKind.Docker"/>.</summary>
    public string DockerSocket { get; set; } = "/var/run/docker.sock";

    /// <summary>
    /// Control group of all containers in the engine. An engine whose cgroup driver is systemd wants the name of a slice
    /// (<c>gantry.slice</c>). Empty: one named after the instance, for the driver cgroupfs.
    /// </summary>
    public string DockerCgroupParent { get; set; } = "";

    public string DataDirectory { get; set; } = "/var/lib/gantry";

    /// <summary>Sockets and mount points; gone after a reboot.</summary>
    public string RunDirectory { get; set; } = "/run/gantry";

    /// <summary>The supervisor's program.</summary>
    public string SupervisorPath { get; set; } = Path.Combine(AppContext.BaseDirectory, "supervisor", "Gantry.Supervisor");

    /// <summary>IPv4 network of the containers, /16 to /20; empty: one made from the name (10.201.0.0/16 for gantry).</summary>
    public string Subnet { get; set; } = "";

    /// <summary>First host id for containers, 65,536 ids each; 0: one made from the name (100,000,000 for gantry).</summary>
    public uint UidBase { get; set; }

    /// <summary>
    /// Containers get a plain user of their own instead of a user namespace. It happens by itself on hosts that have none, or
    /// cannot map owners per mount (Linux before 5.19, or a data directory on a file system without them).
    /// </summary>
    public bool PlainIds { get; set; }

    /// <summary>Most containers at a time.</summary>
    public int Slots { get; set; } = 4000;

    /// <summary>Sandboxes kept ready. Each costs the kernel about a megabyte, and saves a start about 30 ms.</summary>
    public int PoolSize { get; set; } = 4;

    /// <summary>Scratch size that the first sandboxes are prepared with, in bytes; later ones follow what is asked for.</summary>
    public long WarmScratchBytes { get; set; } = 2L << 30;

    /// <summary>Name servers of containers; empty: those of the host. Addresses of loopback never work inside.</summary>
    public IList<string> Resolvers { get; set; } = [];

    /// <summary>Name server when the host only has one on loopback (systemd-resolved) and <see cref="Resolvers"/> is empty.</summary>
    public string FallbackResolver { get; set; } = "9.9.9.9";

    /// <summary>Networks that containers cannot reach, besides each other and the host: add the control plane's.</summary>
    public IList<string> BlockedRanges { get; set; } = ["169.254.0.0/16", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"];

    /// <summary>TCP ports of the host that containers may connect to; none by default.</summary>
    public IList<int> AllowedHostPorts { get; set; } = [];

    /// <summary>
    /// Most connections that one container may have open to the world, with those that the kernel still remembers (UDP for 30 s):
    /// the host's table of all connections (<c>nf_conntrack_max</c>) is shared by all.
    /// </summary>
    public int ConnectionsPerContainer { get; set; } = 8192;
    public string SeccompProfilePath { get; set; } = "/usr/share/containers/seccomp.json";
    public string CrunPath { get; set; } = "/usr/bin/crun";

    /// <summary>Statically linked init that runs as the first process of each container.</summary>
    public string InitPath { get; set; } = "/usr/bin/tini-static";

    internal string LogsDirectory => Path.Combine(DataDirectory, "logs");

    /// <summary>How senders that are no containers of the native runtime bring their lines.</summary>
    public Logs.Syslog.SyslogOptions Syslog { get; set; } = new();

    internal string SyslogDirectory => Path.Combine(DataDirectory, "syslog");

    internal string MetricsDirectory => Path.Combine(DataDirectory, "metrics");

    internal string LayersDirectory => Path.Combine(DataDirectory, "layers");

    internal string EffectiveCgroupParent => DockerCgroupParent.Length > 0 ? DockerCgroupParent : "/" + InstanceName;

    internal bool IsDefaultInstance => InstanceName == "gantry";

    /// <summary>No prefix may begin with another's: the packet filter matches them with a wildcard.</summary>
    internal string InterfacePrefix => IsDefaultInstance ? "gv" : $"g{Hash:x8}"[..7] + "v";

    /// <summary>The network that containers get: <see cref="Subnet"/>, or the one made from the name.</summary>
    public string EffectiveSubnet => Subnet.Length > 0 ? Subnet
        : IsDefaultInstance ? "10.201.0.0/16"
        : string.Create(CultureInfo.InvariantCulture, $"10.{202 + Hash % 48}.{Hash / 48 % 16 * 16}.0/20");

    internal uint EffectiveUidBase => UidBase != 0 ? UidBase
        : IsDefaultInstance ? 100_000_000
        : 100_000_000 + (1 + Hash / 7 % 6) * 4096 * 65_536;

    /// <summary>A /20 holds 3,840 containers beside what is kept for the gateway.</summary>
    internal int EffectiveSlots => Math.Min(Slots, (1 << (32 - int.Parse(EffectiveSubnet.Split('/')[1], CultureInfo.InvariantCulture))) - 257);

    private uint Hash => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(InstanceName)));
}

/// <summary>The adapters of the runtime port.</summary>
public enum RuntimeKind
{
    /// <summary>crun and the kernel, with a supervisor of Gantry's own.</summary>
    Native,
    /// <summary>A Docker Engine that runs on this host already.</summary>
    Docker,
}

namespace Gantry.Server.Configuration;

/// <summary>
/// The section <c>Gantry</c> of the configuration file. Every option of a room can also be set under its own name
/// (<c>Gantry:Control:ReadyTimeout</c>), see <see cref="Composition"/>.
/// </summary>
public sealed class GantryOptions
{
    /// <value>Everything that must survive. Defaults to <c>/var/lib/gantry/data</c>.</value>
    public string DataDirectory { get; set; } = "/var/lib/gantry/data";

    /// <value>Sockets and process ids. Defaults to <c>/run/gantry</c>.</value>
    public string RunDirectory { get; set; } = "/run/gantry";

    /// <value>Where the programs and built-in buildpacks are. Defaults to the folder above this program's.</value>
    public string ProgramDirectory { get; set; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, ".."));

    /// <value>Tells the kernel objects of two installations on one host apart. Defaults to <c>gantry</c>.</value>
    public string InstanceName { get; set; } = "gantry";

    /// <value>Shown to clients and apps. Defaults to <c>local</c>.</value>
    public string RegionName { get; set; } = "local";

    /// <value>What this process does of <see cref="Role.All"/>. Defaults to all of it; with leases in etcd, where all hosts join, to all but <see cref="Role.Agent"/>.</value>
    public IList<string> Roles { get; set; } = [];

    public ApiSection Api { get; set; } = new();
    public EdgeSection Edge { get; set; } = new();
    public SshSection Ssh { get; set; } = new();
    public BuildSection Build { get; set; } = new();
    public StoreSection Store { get; set; } = new();
    public BlobsSection Blobs { get; set; } = new();
    public CoordinationSection Coordination { get; set; } = new();
    public BusSection Bus { get; set; } = new();
    public HostsSection Hosts { get; set; } = new();

    internal bool Has(string role) => Roles.Count > 0 ? Roles.Contains(role) : role != Role.Agent || Coordination.Engine == "in-process";

    internal string AppUrlFormat(string name) =>
        $"{(Edge.PublicTls ? "https" : "http")}://{name}.{Edge.Domain}{PortSuffix(Edge.PublicPort, Edge.PublicTls ? 443 : 80)}";

    private static string PortSuffix(int port, int usual) => port == usual ? "" : $":{port}";
}

/// <summary>Where the API listens (<c>address:port</c>) and how clients reach it.</summary>
public sealed class ApiSection
{
    public string Listen { get; set; } = "127.0.0.1:7080";
    public string PublicUrl { get; set; } = "http://127.0.0.1:7080";
}

/// <summary>Where tenants' traffic comes in, and the domain below which every app has its name.</summary>
public sealed class EdgeSection
{
    public string Listen { get; set; } = "127.0.0.1:8080";
    public string Domain { get; set; } = "apps.localhost";
    public int PublicPort { get; set; } = 8080;

    /// <value>True when a front serves TLS on <see cref="PublicPort"/>.</value>
    public bool PublicTls { get; set; }
}

/// <summary>Where git is received, and the name clients use for it (defaults to the listening address).</summary>
public sealed class SshSection
{
    public string Listen { get; set; } = "127.0.0.1:2222";
    public string? PublicHost { get; set; }
}

/// <summary>Files of this host that every build gets: certificate authorities and registry settings.</summary>
public sealed class BuildSection
{
    public string? CaBundle { get; set; }
    public string? NpmConfig { get; set; }
    public string? PipConfig { get; set; }
    public string? NuGetConfig { get; set; }
}

/// <summary>Which engine keeps the records: <c>sqlite</c> (one machine) or <c>postgres</c>. The section holds the engine's own options too.</summary>
public sealed class StoreSection
{
    public string Engine { get; set; } = "sqlite";
}

/// <summary>Where the blobs are: <c>files</c> (a folder of one machine) or <c>s3</c>. The section holds the engine's own options too.</summary>
public sealed class BlobsSection
{
    public string Engine { get; set; } = "files";
}

/// <summary>Which engine keeps the leases: <c>in-process</c> (one machine) or <c>etcd</c>. The section holds the engine's own options too.</summary>
public sealed class CoordinationSection
{
    public string Engine { get; set; } = "in-process";
}

/// <summary>Which engine carries notifications: <c>in-process</c> (one machine) or <c>nats</c>. The section holds the engine's own options too.</summary>
public sealed class BusSection
{
    public string Engine { get; set; } = "in-process";
}

/// <summary>How machines become hosts, and what this machine is called when it becomes one.</summary>
public sealed class HostsSection
{
    /// <value>Where Control awaits hosts, over HTTPS; empty: nowhere. Defaults to <c>127.0.0.1:7443</c>: reachable by this machine only.</value>
    public string Listen { get; set; } = "127.0.0.1:7443";

    /// <value>Where the agent of a joined host listens for Control. Defaults to <c>0.0.0.0:7444</c>.</value>
    public string AgentListen { get; set; } = "0.0.0.0:7444";

    /// <value>For <c>gantryd agent</c>: name in the cluster (empty: the machine's), class and zone.</value>
    public string Name { get; set; } = "";
    public string Class { get; set; } = "";
    public string Zone { get; set; } = "";

    /// <value>For <c>gantryd agent</c>: where Control reaches it. Null: where it is seen to come from, at port 7444.</value>
    public string? Address { get; set; }
}

using Gantry.Agent.Runtime;

namespace Gantry.Build;

/// <summary>How builds run on this host. Sizes in bytes.</summary>
public sealed class BuildOptions
{
    private const long MiB = 1024 * 1024;
    private const long GiB = 1024 * MiB;

    /// <summary>Holds <c>build/</c> (work in progress), <c>cache/</c> (one disk image an app) and <c>stacks/</c> (what was imported).</summary>
    public string DataDirectory { get; set; } = "/var/lib/gantry";

    /// <summary>The built-in buildpacks, with their <c>order</c> file.</summary>
    public string BuildpacksDirectory { get; set; } = "/usr/share/gantry/buildpacks";

    /// <summary>Folders of this host from which tenants may name a buildpack by its path.</summary>
    public IList<string> LocalBuildpacks { get; } = [];

    public long MemoryBytes { get; set; } = 4 * GiB;
    public long SwapBytes { get; set; }

    /// <summary>Relative weight; a standard container has 1024. Builds yield to whatever serves.</summary>
    public int CpuShares { get; set; } = 256;
    public int Pids { get; set; } = 512;

    /// <summary>Source, dependencies and temporary files of one build.</summary>
    public long ScratchBytes { get; set; } = 10 * GiB;
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Of a source archive, uncompressed.</summary>
    public long MaxSourceBytes { get; set; } = 314_572_800;
    public int MaxSourceEntries { get; set; } = 200_000;

    /// <summary>Of an image's layer, compressed.</summary>
    public long MaxLayerBytes { get; set; } = 2 * GiB;

    /// <summary>Output of one build that is passed on; of what comes after, only the end.</summary>
    public long MaxOutputBytes { get; set; } = 16 * MiB;

    /// <summary>Build cache of one app.</summary>
    public long CacheBytes { get; set; } = 2 * GiB;

    /// <summary>Disk that the caches of all apps may use; those unused for longest go first.</summary>
    public long MaxCacheBytes { get; set; } = 20 * GiB;

    /// <summary>A cache that no build used for this long goes.</summary>
    public TimeSpan CacheRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Certificate authorities (PEM) that builds trust, for hosts behind a proxy that inspects TLS.</summary>
    public string? CaBundlePath { get; set; }

    /// <summary>Registry settings of npm for every build; a source's own <c>.npmrc</c> wins.</summary>
    public string? NpmConfigPath { get; set; }

    /// <summary>Registry settings of pip for every build.</summary>
    public string? PipConfigPath { get; set; }

    /// <summary>Package sources of NuGet for every build; a source's own <c>NuGet.Config</c> adds to it.</summary>
    public string? NuGetConfigPath { get; set; }

    /// <summary>Variables for every build (proxies, mirrors). Tenants can read them.</summary>
    public IDictionary<string, string> ExtraEnvironment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Folders of this host for every build (package mirrors). Tenants can read them.</summary>
    public IList<BindMount> ExtraMounts { get; } = [];

    /// <summary>Logins at registries that stacks are imported from, in the form of <c>skopeo login --authfile</c>.</summary>
    public string? RegistryAuthFile { get; set; }

    /// <summary>Registries (<c>host:port</c>) that speak plain HTTP or have a certificate that nobody vouches for.</summary>
    public IList<string> InsecureRegistries { get; } = [];
}

using Gantry.Domain;

namespace Gantry.Agent.Runtime;

/// <summary>What a runtime is asked to run. It says nothing about how.</summary>
public sealed record ContainerSpec
{
    public required ContainerId Id { get; init; }

    /// <summary>Root file system, read-only inside.</summary>
    public required Digest Stack { get; init; }

    /// <summary>Initial content of <c>/app</c>; null for an empty one (builds).</summary>
    public Digest? Layer { get; init; }

    /// <summary>Argument vector, run by an init as the app's user in <see cref="WorkingDirectory"/>.</summary>
    public required IReadOnlyList<string> Command { get; init; }
    public string WorkingDirectory { get; init; } = "/app";
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required string Hostname { get; init; }
    public required ContainerLimits Limits { get; init; }

    /// <summary>Directories of the host that appear inside.</summary>
    public IReadOnlyList<BindMount> Mounts { get; init; } = [];

    /// <summary>Bounded file systems in sparse image files that outlive the container (build caches).</summary>
    public IReadOnlyList<DiskMount> Disks { get; init; } = [];

    /// <summary>App whose log the output goes to, and the source name in it (<c>web-1</c>).</summary>
    public required LogSource Log { get; init; }

    /// <summary>
    /// With a terminal, input and output belong to whoever attaches and nothing is logged; the container starts
    /// when the first one attaches.
    /// </summary>
    public bool Terminal { get; init; }
}

/// <summary>Hard limits. Memory, swap and disk in bytes; CPU as relative weight (1024 is one standard share).</summary>
/// <param name="ScratchBytes">Together for what is written under /app and /tmp.</param>
/// <param name="LogLinesPerMinute">Lines above it are counted and not kept; null for no limit. Likewise the bytes.</param>
/// <param name="BitsPerSecond">Bandwidth of each direction, headers of the link included; null for no limit.</param>
/// <param name="DiskBytesPerSecond">Block IO of <c>/app</c>, <c>/tmp</c> and the image, reads and writes each; pages in memory cost nothing.</param>
/// <param name="DiskOperationsPerSecond">The same in requests to the disk.</param>
/// <param name="MaxRuntime">Killed after this time; null for no limit.</param>
public sealed record ContainerLimits(
    long MemoryBytes, long SwapBytes, int CpuShares, int Pids, long ScratchBytes, int OpenFiles = 1_048_576, TimeSpan? MaxRuntime = null,
    long? LogLinesPerMinute = null, long? LogBytesPerMinute = null, long? BitsPerSecond = null,
    long? DiskBytesPerSecond = null, long? DiskOperationsPerSecond = null);

/// <summary>A host directory made visible inside, owned by the app's user there.</summary>
public sealed record BindMount(string HostPath, string ContainerPath, bool ReadOnly);

/// <summary>A writable file system of a bounded size in one sparse file, made on first use, owned by the app's user inside.</summary>
public sealed record DiskMount(string ImagePath, string ContainerPath, long SizeBytes);

/// <summary>Where output goes: one stream of one app.</summary>
public sealed record LogSource(AppId AppId, string Name);

namespace Gantry.Domain.Containers;

/// <summary>A container size of the catalogue. Memory and swap are in bytes; shares are relative CPU weight.</summary>
/// <param name="LogLinesPerMinute">Log lines above it are counted and not kept; so are bytes above the other one.</param>
/// <param name="BitsPerSecond">Bandwidth of each direction; 20 MB/s, as the reference platform has.</param>
/// <param name="DiskBytesPerSecond">Of reads, and as many of writes; so are operations.</param>
/// <param name="CpuShares">cgroup v1 <c>cpu.shares</c>: 512 low, 1024 standard, 2048 high.</param>
public sealed record ContainerSize(
    string Name, string Id, string HumanCpu, long MemoryBytes, long SwapBytes, int CpuShares, int PidsLimit, int Ordinal,
    long LogLinesPerMinute = 16_384, long LogBytesPerMinute = 64L << 20, long BitsPerSecond = 160_000_000,
    long DiskBytesPerSecond = 100L << 20, long DiskOperationsPerSecond = 2_000)
{
    private const long MiB = 1024 * 1024;

    /// <summary>The sizes that the reference platform documents, smallest first.</summary>
    public static IReadOnlyList<ContainerSize> All { get; } =
    [
        new("S", "size-s", "Low", 256 * MiB, 256 * MiB, 512, 128, 0, DiskBytesPerSecond: 50 * MiB, DiskOperationsPerSecond: 1_000),
        new("M", "size-m", "Standard", 512 * MiB, 512 * MiB, 1024, 256, 1),
        new("L", "size-l", "Standard", 1024 * MiB, 1024 * MiB, 1024, 512, 2, DiskBytesPerSecond: 150 * MiB, DiskOperationsPerSecond: 3_000),
        new("XL", "size-xl", "High", 2048 * MiB, 2048 * MiB, 2048, 1024, 3, DiskBytesPerSecond: 200 * MiB, DiskOperationsPerSecond: 4_000),
        new("2XL", "size-2xl", "High", 4096 * MiB, 4096 * MiB, 2048, 2048, 4, DiskBytesPerSecond: 200 * MiB, DiskOperationsPerSecond: 4_000),
        new("3XL", "size-3xl", "High", 8192 * MiB, 8192 * MiB, 2048, 4096, 5, DiskBytesPerSecond: 200 * MiB, DiskOperationsPerSecond: 4_000),
    ];

    public static ContainerSize Default { get; } = All[1];

    private static readonly Dictionary<string, ContainerSize> _byName = All.ToDictionary(s => s.Name, StringComparer.OrdinalIgnoreCase);

    public static ContainerSize? Find(string? name) => _byName.GetValueOrDefault(name ?? "");
}

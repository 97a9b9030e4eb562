using Gantry.Domain.Containers;

namespace Gantry.Control.Containers;

/// <summary>What an operator changes of a container size; null leaves it as it is in the catalogue. 0 is no limit.</summary>
public sealed class SizeLimits
{
    /// <value>Log lines above it are counted and not kept; so are bytes above the next one.</value>
    public long? LogLinesPerMinute { get; set; }

    public long? LogBytesPerMinute { get; set; }

    /// <value>Bandwidth of each direction.</value>
    public long? BitsPerSecond { get; set; }

    /// <value>Of reads, and as many of writes; so are operations.</value>
    public long? DiskBytesPerSecond { get; set; }

    public long? DiskOperationsPerSecond { get; set; }

    internal ContainerSize Apply(ContainerSize size) => size with
    {
        LogLinesPerMinute = LogLinesPerMinute ?? size.LogLinesPerMinute,
        LogBytesPerMinute = LogBytesPerMinute ?? size.LogBytesPerMinute,
        BitsPerSecond = BitsPerSecond ?? size.BitsPerSecond,
        DiskBytesPerSecond = DiskBytesPerSecond ?? size.DiskBytesPerSecond,
        DiskOperationsPerSecond = DiskOperationsPerSecond ?? size.DiskOperationsPerSecond,
    };
}

namespace Gantry.Linux.Pipes;

/// <summary>How large a spool and its parts become.</summary>
internal sealed record SpoolLimits
{
    /// <summary>A segment never holds more bytes of the stream.</summary>
    public long SegmentBytes { get; init; } = 4 << 20;

    /// <summary>A segment with a larger index is closed too (a program that writes byte by byte).</summary>
    public long IndexBytes { get; init; } = 1 << 20;

    /// <summary>The whole directory; the oldest segments go first. Holds even when nobody else looks after it.</summary>
    public long SpoolBytes { get; init; } = 64 << 20;

    /// <summary>Null: as much as the stream's writer likes.</summary>
    public LogRate? Rate { get; init; }

    /// <summary>How often a full disk is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMilliseconds(100);
}

using System.Buffers.Binary;

namespace Gantry.Linux.Pipes;

/// <summary>The order of segments in a spool: which one to go on with, when to begin another, which ones must go.</summary>
internal sealed class SpoolSegments(string directory, SpoolLimits limits)
{
    public bool IsFull(SpoolSegment segment) =>
        segment.Length >= limits.SegmentBytes || segment.IndexLength >= limits.IndexBytes;

    /// <exception cref="IOException">No room, or another process writes the spool.</exception>
    public SpoolSegment OpenLast()
    {
        Directory.CreateDirectory(directory);
        var files = SpoolFiles.List(directory);
        if (files.Count == 0) return SpoolSegment.Open(directory, 0, new SpoolRecord(SpoolMark.Begin, 0, 0));
        var last = files[^1];
        if (last.IsPacked) return SpoolSegment.Open(directory, last.Start + PackedHeader.Read(directory, last.Start).DataLength);
        var segment = SpoolSegment.Open(directory, last.Start);
        // An ended segment may be compressed at any time, so it is never written to again.
        return segment.Last?.Mark == SpoolMark.End && segment.Length > 0 ? OpenNext(segment, dispose: true) : segment;
    }

    /// <summary>Begins the segment after this one, and removes the oldest ones if the spool becomes too large.</summary>
    public SpoolSegment OpenNext(SpoolSegment current, bool dispose = false)
    {
        Trim(current.Start);
        SpoolRecord? begin = current.Feeds < 0 ? null
            : new SpoolRecord(SpoolMark.Begin, current.End, current.Last?.UnixNanoseconds ?? 0, LostBytes: current.Feeds);
        var next = SpoolSegment.Open(directory, current.End, begin);
        if (dispose) current.Dispose();
        return next;
    }

    private void Trim(long current)
    {
        var files = SpoolFiles.List(directory);
        var total = files.Sum(file => file.Bytes) + limits.SegmentBytes;
        foreach (var file in files.TakeWhile(file => total > limits.SpoolBytes && file.Start < current))
        {
            SpoolFiles.Delete(directory, file.Start);
            total -= file.Bytes;
        }
    }
}

/// <summary>What a compressed segment begins with: a magic number and the lengths of its index and data, which follow as one zstd frame.</summary>
internal readonly record struct PackedHeader(long IndexLength, long DataLength)
{
    public const int Size = 24;
    private const ulong Magic = 0x31474F4C59544E47; // "GNTYLOG1"

    public void WriteTo(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], IndexLength);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], DataLength);
    }

    /// <exception cref="InvalidDataException">It is no compressed segment.</exception>
    public static PackedHeader Read(ReadOnlySpan<byte> source) =>
        source.Length >= Size && BinaryPrimitives.ReadUInt64LittleEndian(source) == Magic
            ? new(BinaryPrimitives.ReadInt64LittleEndian(source[8..]), BinaryPrimitives.ReadInt64LittleEndian(source[16..]))
            : throw new InvalidDataException("A compressed log segment has no valid header: it was damaged. Delete the file.");

    public static PackedHeader Read(string directory, long start)
    {
        using var file = File.OpenRead(SpoolFiles.Path(directory, start, SpoolFiles.Packed));
        Span<byte> header = stackalloc byte[Size];
        return Read(header[..file.ReadAtLeast(header, Size, throwOnEndOfStream: false)]);
    }
}

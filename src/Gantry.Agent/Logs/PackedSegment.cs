using Gantry.Linux.Pipes;
using ZstdSharp;

namespace Gantry.Agent.Logs;

/// <summary>A compressed segment, held whole in memory while it is read: at most some MiB.</summary>
internal sealed class PackedSegment : Segment
{
    private const int Level = 3;
    private readonly byte[] _content;
    private readonly int _indexLength;

    private PackedSegment(string directory, long start, byte[] content, int indexLength) : base(directory, start) =>
        (_content, _indexLength) = (content, indexLength);

    public override long Count => _indexLength / SpoolRecord.Size;

    public static PackedSegment Load(string directory, long start)
    {
        var file = File.ReadAllBytes(SpoolFiles.Path(directory, start, SpoolFiles.Packed));
        var header = PackedHeader.Read(file);
        using var decompressor = new Decompressor();
        var content = new byte[header.IndexLength + header.DataLength];
        var length = decompressor.Unwrap(file.AsSpan(PackedHeader.Size), content);
        return length == content.Length
            ? new PackedSegment(directory, start, content, (int)header.IndexLength)
            : throw new InvalidDataException($"The compressed log segment {start} in {directory} is damaged. Delete the file.");
    }

    /// <summary>When the first bytes of a segment came, in Unix nanoseconds; null when there are none.</summary>
    public static long? ReadBegin(string directory, long start)
    {
        using var file = File.OpenRead(SpoolFiles.Path(directory, start, SpoolFiles.Packed));
        file.Position = PackedHeader.Size;
        using var content = new DecompressionStream(file);
        Span<byte> entry = stackalloc byte[SpoolRecord.Size];
        while (content.ReadAtLeast(entry, entry.Length, throwOnEndOfStream: false) == entry.Length && SpoolRecord.TryRead(entry, out var record))
            if (record.Mark != SpoolMark.Begin) return record.UnixNanoseconds;
        return null;
    }

    /// <summary>Replaces the plain form of a segment that nobody writes to any more.</summary>
    public static void Pack(string directory, SpoolFile segment)
    {
        var index = File.ReadAllBytes(SpoolFiles.Path(directory, segment.Start, SpoolFiles.Index));
        var data = File.ReadAllBytes(SpoolFiles.Path(directory, segment.Start, SpoolFiles.Data));
        var target = SpoolFiles.Path(directory, segment.Start, SpoolFiles.Packed);
        Write(target + ".tmp", index, data);
        File.SetLastWriteTimeUtc(target + ".tmp", segment.WrittenAt.UtcDateTime);
        File.Move(target + ".tmp", target, overwrite: true);
        RemovePlain(directory, segment.Start);
    }

    public static void RemovePlain(string directory, long start)
    {
        File.Delete(SpoolFiles.Path(directory, start, SpoolFiles.Data));
        File.Delete(SpoolFiles.Path(directory, start, SpoolFiles.Index));
    }

    public override bool TryRecord(long number, out SpoolRecord record)
    {
        record = default;
        return number < Count && SpoolRecord.TryRead(_content.AsSpan((int)number * SpoolRecord.Size), out record);
    }

    public override int Read(long offset, Span<byte> buffer)
    {
        var at = Math.Min(_indexLength + offset - Start, _content.Length);
        var part = _content.AsSpan((int)at);
        part = part[..Math.Min(part.Length, buffer.Length)];
        part.CopyTo(buffer);
        return part.Length;
    }

    public override void Dispose() { }

    private static void Write(string path, byte[] index, byte[] data)
    {
        using var compressor = new Compressor(Level);
        var packed = compressor.Wrap([.. index, .. data]);
        Span<byte> header = stackalloc byte[PackedHeader.Size];
        new PackedHeader(index.Length, data.Length).WriteTo(header);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(header);
        file.Write(packed);
        // On disk before the plain form goes: a power cut must not take both.
        file.Flush(flushToDisk: true);
    }
}

/// <summary>The compressed segments of a spool that a reader had open last, as it comes to the same ones again.</summary>
internal sealed class UnpackedSegments(string directory)
{
    /// <summary>At most some MiB each.</summary>
    private const int Most = 4;
    private readonly Queue<PackedSegment> _segments = new();

    public PackedSegment Load(long start)
    {
        foreach (var known in _segments)
            if (known.Start == start) return known;
        if (_segments.Count == Most) _segments.Dequeue();
        var segment = PackedSegment.Load(directory, start);
        _segments.Enqueue(segment);
        return segment;
    }
}

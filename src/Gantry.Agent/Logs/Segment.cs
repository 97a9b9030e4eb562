using Gantry.Linux.Pipes;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Logs;

/// <summary>One segment of a spool for reading, whatever its form. It stays readable when its files are removed.</summary>
internal abstract class Segment(string directory, long start) : IDisposable
{
    public long Start { get; } = start;

    /// <summary>True when nothing can be added to it any more and it may even be gone.</summary>
    public bool IsClosed => this is PackedSegment || !File.Exists(SpoolFiles.Path(directory, Start, SpoolFiles.Index));

    /// <summary>Opens a segment; null when there is none of that start.</summary>
    /// <param name="unpacked">Those that the same reader has had open before.</param>
    public static Segment? Open(string directory, long start, UnpackedSegments? unpacked = null)
    {
        // Compaction makes the new form visible before it removes the old one.
        for (var form = 0; form < 2; form++)
        {
            try
            {
                if (File.Exists(SpoolFiles.Path(directory, start, SpoolFiles.Data))) return new PlainSegment(directory, start);
                if (File.Exists(SpoolFiles.Path(directory, start, SpoolFiles.Packed))) return unpacked?.Load(start) ?? PackedSegment.Load(directory, start);
            }
            catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // Removed between the look and the opening: look for the other form.
                continue;
            }
        }
        return null;
    }

    /// <summary>The index entry at a position of the index; false when there is none yet.</summary>
    public abstract bool TryRecord(long number, out SpoolRecord record);

    /// <summary>Bytes from a position of the stream.</summary>
    public abstract int Read(long offset, Span<byte> buffer);

    /// <summary>Number of the first entry at or behind a position of the stream.</summary>
    public long Find(long offset)
    {
        long low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (TryRecord(middle, out var record) && record.Offset < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    public abstract void Dispose();

    /// <summary>Number of index entries at the moment.</summary>
    public abstract long Count { get; }
}

/// <summary>A segment that may still grow.</summary>
internal sealed class PlainSegment : Segment
{
    private const int Ahead = 128;
    private readonly SafeFileHandle _index;
    private readonly SafeFileHandle _data;
    private readonly byte[] _records = new byte[Ahead * SpoolRecord.Size];
    private long _first;
    private int _count;

    public PlainSegment(string directory, long start) : base(directory, start)
    {
        _data = OpenFile(SpoolFiles.Path(directory, start, SpoolFiles.Data));
        try
        {
            _index = OpenFile(SpoolFiles.Path(directory, start, SpoolFiles.Index));
        }
        catch
        {
            _data.Dispose();
            throw;
        }
    }

    public override long Count => RandomAccess.GetLength(_index) / SpoolRecord.Size;

    public override bool TryRecord(long number, out SpoolRecord record)
    {
        if (TryCached(number, out record) && record.Mark != SpoolMark.LossOpen) return true;
        (_first, _count) = (number, RandomAccess.Read(_index, _records, number * SpoolRecord.Size) / SpoolRecord.Size);
        return TryCached(number, out record);
    }

    public override int Read(long offset, Span<byte> buffer) => RandomAccess.Read(_data, buffer, offset - Start);

    public override void Dispose()
    {
        _index.Dispose();
        _data.Dispose();
    }

    private bool TryCached(long number, out SpoolRecord record)
    {
        record = default;
        return number >= _first && number < _first + _count
            && SpoolRecord.TryRead(_records.AsSpan((int)(number - _first) * SpoolRecord.Size), out record);
    }

    private static SafeFileHandle OpenFile(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}

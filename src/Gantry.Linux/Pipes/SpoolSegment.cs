using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Linux.Pipes;

/// <summary>The segment that a spool grows in: a file of bytes and a file of index entries.</summary>
internal sealed class SpoolSegment : IDisposable
{
    private const int OpenFlags = PipeCalls.ReadWrite | PipeCalls.Create | PipeCalls.CloseOnExec;
    private const uint Mode = 0b110_000_000;
    private const long IndexBlock = 4096;

    [ThreadStatic]
    private static byte[]? t_buffer;
    private readonly SafeFileHandle _data;
    private readonly SafeFileHandle _index;
    private long _reserved;

    private SpoolSegment(long start, SafeFileHandle data, SafeFileHandle index) => (Start, _data, _index) = (start, data, index);

    public long Start { get; }

    public long Length { get; private set; }

    public long IndexLength { get; private set; }

    public long End => Start + Length;

    /// <summary>Line feeds of the stream up to the end, -1 when the count was lost.</summary>
    public long Feeds { get; private set; } = -1;

    /// <summary>The newest index entry, which decides how a restarted writer goes on.</summary>
    public SpoolRecord? Last { get; private set; }

    /// <summary>Opens a segment where its last writer left it, or makes it.</summary>
    /// <param name="begin">What a new one begins with.</param>
    /// <exception cref="IOException">No room, no directory, or another process writes it.</exception>
    public static SpoolSegment Open(string directory, long start, SpoolRecord? begin = null)
    {
        var path = SpoolFiles.Path(directory, start, SpoolFiles.Index);
        // The index first: whoever sees the bytes finds the index beside them.
        var index = begin is { } first && !File.Exists(path) ? MakeIndex(directory, path, first) : OpenFile(path);
        try
        {
            if (!SpoolLock.TryTake(index)) throw new SpoolBusyException(directory);
            var data = OpenFile(SpoolFiles.Path(directory, start, SpoolFiles.Data));
            var segment = new SpoolSegment(start, data, index);
            segment.Recover();
            return segment;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    /// <summary>Moves bytes inside the kernel.</summary>
    /// <returns>Bytes moved, or the negative error number.</returns>
    public long Take(Fifo fifo, long count)
    {
        var offset = Length;
        var moved = PipeCalls.Splice(
            fifo.Handle, 0, _data, ref offset, (nint)count, PipeCalls.SpliceMove | PipeCalls.SpliceNonBlocking);
        return Grown(moved);
    }

    /// <summary>Line feeds among the last bytes, which it counts in.</summary>
    public long CountFeeds(long bytes)
    {
        var feeds = ReadFeeds(bytes);
        if (Feeds >= 0) Feeds += feeds;
        return feeds;
    }

    private long ReadFeeds(long bytes)
    {
        var buffer = t_buffer ??= new byte[64 << 10];
        var lines = 0L;
        for (var at = Length - bytes; at < Length;)
        {
            var read = RandomAccess.Read(_data, buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - at)), at);
            if (read == 0) break;
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            at += read;
        }
        return lines;
    }

    /// <inheritdoc cref="Take"/>
    public long Write(ReadOnlySpan<byte> bytes)
    {
        var written = Grown(PipeCalls.WriteAt(_data, in MemoryMarshal.GetReference(bytes), bytes.Length, Length));
        if (Feeds >= 0 && written > 0) Feeds += bytes[..(int)written].Count((byte)'\n');
        return written;
    }

    /// <summary>Adds an index entry; false when there is no room for it.</summary>
    public bool Append(in SpoolRecord record)
    {
        if (!WriteRecord(record, IndexLength)) return false;
        IndexLength += SpoolRecord.Size;
        Last = record;
        return true;
    }

    /// <summary>Rewrites the newest entry in place, for which a full disk has room too.</summary>
    public bool Replace(in SpoolRecord record)
    {
        if (!WriteRecord(record, IndexLength - SpoolRecord.Size)) return false;
        Last = record;
        return true;
    }

    /// <summary>True when the file system gives a useful amount, not just the last few blocks.</summary>
    public bool HasRoom() => HasIndexRoom() && TryReserve(_data, Length, 64 << 10);

    /// <summary>
    /// True when there are blocks for two more entries: the one for the next bytes, and the one that says what was lost when the
    /// disk is full by then.
    /// </summary>
    public bool HasIndexRoom()
    {
        if (IndexLength + (2 * SpoolRecord.Size) <= _reserved) return true;
        if (!TryReserve(_index, _reserved, IndexBlock)) return false;
        _reserved += IndexBlock;
        return true;
    }

    public void Dispose()
    {
        _data.Dispose();
        if (!_index.IsClosed) SpoolLock.Release(_index);
        _index.Dispose();
    }

    private bool WriteRecord(in SpoolRecord record, long at)
    {
        Span<byte> bytes = stackalloc byte[SpoolRecord.Size];
        record.WriteTo(bytes);
        return PipeCalls.WriteAt(_index, in MemoryMarshal.GetReference(bytes), bytes.Length, at) == bytes.Length;
    }

    private long Grown(nint moved)
    {
        if (moved < 0) return -Marshal.GetLastPInvokeError();
        Length += moved;
        return moved;
    }

    /// <summary>
    /// The bytes decide: index entries that are torn, or that speak of bytes which a power cut took, are dropped.
    /// </summary>
    private void Recover()
    {
        Length = RandomAccess.GetLength(_data);
        var onDisk = RandomAccess.GetLength(_index);
        IndexLength = onDisk / SpoolRecord.Size * SpoolRecord.Size;
        while (IndexLength > 0 && !ReadLast()) IndexLength -= SpoolRecord.Size;
        if (IndexLength != onDisk) _ = PipeCalls.Truncate(_index, IndexLength);
        _reserved = IndexLength / IndexBlock * IndexBlock;
        if (TryReadAt(0, out var begin) && begin.Mark == SpoolMark.Begin) Feeds = begin.LostBytes + ReadFeeds(Length);
    }

    /// <summary>False when the file system is full; one that can't reserve is taken at its word later.</summary>
    private static bool TryReserve(SafeFileHandle file, long from, long bytes) =>
        PipeCalls.Allocate(file, PipeCalls.KeepSize, from, bytes) == 0 || !Errno.MeansFull(Marshal.GetLastPInvokeError());

    /// <summary>Its first entry comes into being with it, whenever the process is killed. On a full disk it doesn't: the segment before it has room to say what is lost; of a stream that has none yet, its writer knows until there is room.</summary>
    private static SafeFileHandle MakeIndex(string directory, string path, in SpoolRecord begin)
    {
        var index = OpenFile(path + ".new");
        try
        {
            if (!SpoolLock.TryTake(index)) throw new SpoolBusyException(directory);
            if (!TryReserve(index, 0, IndexBlock)) throw new IOException(new Win32Exception(Errno.NoSpace).Message, Errno.NoSpace);
            Span<byte> bytes = stackalloc byte[SpoolRecord.Size];
            begin.WriteTo(bytes);
            _ = PipeCalls.WriteAt(index, in MemoryMarshal.GetReference(bytes), bytes.Length, 0);
            File.Move(path + ".new", path);
            return index;
        }
        catch
        {
            index.Dispose();
            throw;
        }
    }

    private bool TryReadAt(long at, out SpoolRecord record)
    {
        Span<byte> bytes = stackalloc byte[SpoolRecord.Size];
        var read = RandomAccess.Read(_index, bytes, at);
        return SpoolRecord.TryRead(bytes[..read], out record);
    }

    private bool ReadLast()
    {
        if (!TryReadAt(IndexLength - SpoolRecord.Size, out var record) || record.Offset < Start || record.Offset > End) return false;
        Last = record;
        return true;
    }

    private static SafeFileHandle OpenFile(string path)
    {
        var handle = PipeCalls.Open(path, OpenFlags, Mode);
        if (!handle.IsInvalid) return handle;
        var errno = Marshal.GetLastPInvokeError();
        throw new IOException($"Cannot open {path}: {new Win32Exception(errno).Message}.", errno);
    }
}

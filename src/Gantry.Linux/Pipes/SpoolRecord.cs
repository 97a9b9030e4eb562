using System.Buffers.Binary;

namespace Gantry.Linux.Pipes;

/// <summary>
/// One entry of a spool's index, 32 bytes, little-endian: offset, time, lost bytes (8 each), lost lines (4), mark,
/// reason (1 each), two zero bytes.
/// </summary>
/// <param name="Offset">Position in the stream that the mark stands at.</param>
/// <param name="UnixNanoseconds">Never less than in the entry before.</param>
internal readonly record struct SpoolRecord(
    SpoolMark Mark, long Offset, long UnixNanoseconds, LossReason Reason = default, long LostBytes = 0, uint LostLines = 0)
{
    public const int Size = 32;

    public void WriteTo(Span<byte> target)
    {
        target[..Size].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(target, Offset);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], UnixNanoseconds);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], LostBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[24..], LostLines);
        target[28] = (byte)Mark;
        target[29] = (byte)Reason;
    }

    /// <summary>Reads one entry; false for what a power cut left of one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SpoolRecord record)
    {
        record = source.Length < Size ? default : new SpoolRecord(
            (SpoolMark)source[28], BinaryPrimitives.ReadInt64LittleEndian(source),
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]), (LossReason)source[29],
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]), BinaryPrimitives.ReadUInt32LittleEndian(source[24..]));
        return record.Mark is >= SpoolMark.Bytes and <= SpoolMark.Begin;
    }
}

/// <summary>What an index entry says about its offset.</summary>
internal enum SpoolMark : byte
{
    /// <summary>The bytes from the entry before up to the offset arrived at the time.</summary>
    Bytes = 1,

    /// <summary>Bytes are being lost at the offset; the counts still grow in place.</summary>
    LossOpen = 2,

    /// <summary>Bytes were lost at the offset; the counts are final.</summary>
    Loss = 3,

    /// <summary>The writer is gone for good: the stream ends, and an unfinished line with it.</summary>
    End = 4,

    /// <summary>The first entry of a segment: in the place of the lost bytes, the line feeds of the stream before it.</summary>
    Begin = 5,
}

/// <summary>Why bytes were not kept.</summary>
internal enum LossReason : byte
{
    DiskFull = 1,
    /// <summary>They came faster than they could be written down.</summary>
    Overflow = 2,
    /// <summary>The file system refused them for another reason.</summary>
    WriteFailed = 3,
    /// <summary>The stream's writer was above its <see cref="LogRate"/>.</summary>
    Rate = 4,
    /// <summary>A message was longer than one may be.</summary>
    TooLong = 5,
}

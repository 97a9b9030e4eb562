using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Gantry.Agent.Logs;

/// <summary>
/// Lines in one buffer: handing on a line costs no object and no text in memory of its own. What its lines give is valid until the batch changes.
/// Not thread-safe. Disposing gives its memory to the next batch; without it, it is garbage like any other.
/// </summary>
public sealed class LogBatch : IDisposable
{
    /// <summary>More than this is not kept for a next filling that does not need it.</summary>
    private const int SmallText = 64 << 10, SmallCount = 512;

    private byte[] _text = [];
    private Entry[] _entries = [];
    private int _used;

    public int Count { get; private set; }

    public static LogBatch Of(IEnumerable<LogLine> lines)
    {
        var batch = new LogBatch();
        foreach (var line in lines) batch.Add(line);
        return batch;
    }

    /// <summary>One line, without its line feed.</summary>
    public LogLineView this[int index]
    {
        get
        {
            ref readonly var entry = ref _entries.AsSpan(0, Count)[index];
            return new LogLineView(new DateTimeOffset(entry.Ticks, TimeSpan.Zero), entry.Source, _text.AsSpan(entry.Start, entry.Length), entry.Position, entry.Missed);
        }
    }

    /// <summary>Copies a line.</summary>
    public void Add(LogLine line)
    {
        var space = Space(Encoding.UTF8.GetMaxByteCount(line.Text.Length));
        Add(new Entry(line.At.UtcTicks, line.Source, _used, Encoding.UTF8.GetBytes(line.Text, space), line.Position, line.Missed));
    }

    /// <summary>The lines as objects, which outlive the batch.</summary>
    public IReadOnlyList<LogLine> ToLines()
    {
        var lines = new LogLine[Count];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = this[i];
            lines[i] = new LogLine(line.At, line.Source, Encoding.UTF8.GetString(line.Text)) { Position = line.Position, Missed = line.Missed };
        }
        return lines;
    }

    /// <summary>Each line as a batch of its own.</summary>
    public static async IAsyncEnumerable<LogBatch> EachAsync(
        IAsyncEnumerable<LogLine> lines, [EnumeratorCancellation] CancellationToken token = default)
    {
        var one = new LogBatch();
        await foreach (var line in lines.WithCancellation(token))
        {
            one.Clear();
            one.Add(line);
            yield return one;
        }
    }

    internal void Add(DateTimeOffset at, string source, ReadOnlySpan<byte> text, in LogPosition position)
    {
        text.CopyTo(Space(text.Length));
        Add(new Entry(at.UtcTicks, source, _used, text.Length, position, 0));
    }

    /// <summary>Makes room at once for what is known to come, instead of growing towards it.</summary>
    internal void Reserve(long bytes, int lines)
    {
        Space((int)Math.Min(bytes, Array.MaxLength - _used));
        Grow((int)Math.Min(lines, bytes));
    }

    /// <summary>Copies the lines of another.</summary>
    internal void Add(LogBatch other)
    {
        var moved = _used;
        other._text.AsSpan(0, other._used).CopyTo(Space(other._used));
        _used += other._used;
        Grow(other.Count);
        foreach (ref readonly var entry in other._entries.AsSpan(0, other.Count))
            _entries[Count++] = entry with { Start = entry.Start + moved };
    }

    /// <summary>Puts the lines in the order of their times; lines of one time stay as they are.</summary>
    internal void SortByTime()
    {
        for (var i = 1; i < Count; i++)
        {
            if (_entries[i].Ticks >= _entries[i - 1].Ticks) continue;
            _entries.Take(Count).OrderBy(entry => entry.Ticks).ToArray().CopyTo(_entries, 0);
            return;
        }
    }

    internal void KeepFirst(int count) => Count = Math.Min(Count, count);

    internal void KeepLast(int count)
    {
        if (Count <= count) return;
        _entries.AsSpan(Count - count, count).CopyTo(_entries);
        Count = count;
    }

    internal void Clear()
    {
        var (used, count) = (_used, Count);
        (_used, Count) = (0, 0);
        if (_text.Length > SmallText && used < _text.Length / 8) Move(ref _text, 0, SmallText);
        if (_entries.Length > SmallCount && count < _entries.Length / 8) Move(ref _entries, 0, SmallCount);
    }

    public void Dispose()
    {
        (_used, Count) = (0, 0);
        Move(ref _text, 0, 0);
        Move(ref _entries, 0, 0);
    }

    private void Add(in Entry entry)
    {
        Grow(1);
        _entries[Count++] = entry;
        _used += entry.Length;
    }

    private Span<byte> Space(int bytes)
    {
        if (_text.Length - _used < bytes) Move(ref _text, _used, Math.Max(_text.Length * 2L, (long)_used + bytes));
        return _text.AsSpan(_used);
    }

    private void Grow(int entries)
    {
        if (_entries.Length - Count < entries) Move(ref _entries, Count, Math.Max(_entries.Length * 2L, (long)Count + entries));
    }

    /// <summary>To an array of another size; large ones made anew each time would cost more than reading the lines.</summary>
    private static void Move<T>(ref T[] items, int used, long size)
    {
        var target = size == 0 ? [] : ArrayPool<T>.Shared.Rent((int)Math.Min(size, Array.MaxLength));
        items.AsSpan(0, used).CopyTo(target);
        if (items.Length > 0) ArrayPool<T>.Shared.Return(items);
        items = target;
    }

    private readonly record struct Entry(long Ticks, string Source, int Start, int Length, LogPosition Position, long Missed);
}

/// <summary>A line of a batch.</summary>
/// <param name="text">UTF-8.</param>
public readonly ref struct LogLineView(DateTimeOffset at, string source, ReadOnlySpan<byte> text, LogPosition position, long missed)
{
    public DateTimeOffset At { get; } = at;

    /// <inheritdoc cref="LogLine.Source"/>
    public string Source { get; } = source;

    public ReadOnlySpan<byte> Text { get; } = text;

    /// <inheritdoc cref="LogLine.Position"/>
    public LogPosition Position { get; } = position;

    /// <inheritdoc cref="LogLine.Missed"/>
    public long Missed { get; } = missed;
}

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Agent.Metrics;

/// <summary>
/// One series in one file of a fixed size: a ring for each step, whose slot is computed from the time. A slot holds its
/// time, the number of samples and their means; an old one is told by its time, so there is no head to keep and a kill at any
/// moment leaves every other slot right.
/// </summary>
internal sealed class SeriesFile : IDisposable
{
    private static readonly Ring[] _rings = MakeRings([(10, 360), (60, 1440), (900, 288), (3600, 2160)]);
    private readonly SafeFileHandle _handle;
    private readonly Slot[] _current = new Slot[_rings.Length];

    /// <summary>What is added within one of these steps is in memory; the coarser ones are written once a minute.</summary>
    public SeriesFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>Bytes of a full file, whatever it has seen.</summary>
    public static long FullSize => _rings[^1].Offset + (_rings[^1].Slots * Slot.Size);

    /// <exception cref="IOException">The disk is full.</exception>
    public void Add(DateTimeOffset at, in MetricValues values)
    {
        var seconds = at.ToUnixTimeSeconds();
        var minuteEnds = _current[1].Time != 0 && _current[1].Time != _rings[1].Start(seconds);
        if (minuteEnds)
            for (var i = 1; i < _rings.Length; i++)
                Write(i);
        for (var i = 0; i < _rings.Length; i++)
        {
            if (_current[i].Time != _rings[i].Start(seconds))
                _current[i] = Load(i, _rings[i].Start(seconds));
            _current[i].Add(values);
        }

        Write(0);
    }

    /// <summary>Writes what is only in memory yet.</summary>
    public void Flush()
    {
        for (var i = 0; i < _rings.Length; i++)
            if (_current[i].Time != 0)
                Write(i);
    }

    public IReadOnlyList<MetricPoint> Read(DateTimeOffset since, DateTimeOffset now)
    {
        // A step more: "the last hour" was asked for a moment ago.
        var ring = Array.FindIndex(_rings, r => now - since < TimeSpan.FromSeconds(r.Step * (r.Slots + 1)));
        if (ring < 0)
            ring = _rings.Length - 1;
        var slots = new Slot[_rings[ring].Slots];
        RandomAccess.Read(_handle, MemoryMarshal.AsBytes(slots.AsSpan()), _rings[ring].Offset);
        if (_current[ring].Time != 0)
            slots[_rings[ring].Index(_current[ring].Time)] = _current[ring];
        var (first, last) = (since.ToUnixTimeSeconds(), now.ToUnixTimeSeconds());
        var oldest = last - (_rings[ring].Step * _rings[ring].Slots);
        return
        [
            .. slots.Where(s => s.Time > oldest && s.Time >= first - _rings[ring].Step + 1 && s.Time <= last)
                .OrderBy(s => s.Time).Select(s => new MetricPoint(DateTimeOffset.FromUnixTimeSeconds(s.Time), s.Means)),
        ];
    }

    public void Dispose() => _handle.Dispose();

    /// <summary>Goes on where a process before this one was killed.</summary>
    private Slot Load(int ring, uint time)
    {
        Span<Slot> slot = stackalloc Slot[1];
        var read = RandomAccess.Read(_handle, MemoryMarshal.AsBytes(slot), _rings[ring].At(time));
        return read == Slot.Size && slot[0].Time == time ? slot[0] : new Slot { Time = time };
    }

    private void Write(int ring) =>
        RandomAccess.Write(_handle, MemoryMarshal.AsBytes(_current.AsSpan(ring, 1)), _rings[ring].At(_current[ring].Time));

    private static Ring[] MakeRings((int Step, int Slots)[] shapes)
    {
        var offset = 0L;
        return [.. shapes.Select(s => new Ring(s.Step, s.Slots, (offset += s.Slots * Slot.Size) - (s.Slots * Slot.Size)))];
    }

    private sealed record Ring(int Step, int Slots, long Offset)
    {
        public uint Start(long seconds) => (uint)(seconds - (seconds % Step));

        public int Index(uint time) => (int)(time / Step % Slots);

        public long At(uint time) => Offset + (Index(time) * Slot.Size);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct Slot
    {
        public const long Size = 8 + (4 * MetricValues.Count);
        public uint Time;
        public uint Samples;
        public MetricValues Means;

        public void Add(in MetricValues values)
        {
            Samples++;
            for (var i = 0; i < MetricValues.Count; i++)
                Means[i] += (values[i] - Means[i]) / Samples;
        }
    }
}

using System.Globalization;

namespace Gantry.Agent.Metrics;

/// <summary>Exponential smoothing of the run-queue length: q ← q·e^(−Δ/T) + n·(1 − e^(−Δ/T)).</summary>
public sealed class RunQueueState
{
    /// <summary>T: a few seconds tell most; 20 s and more are too slow (Ferrari and Zhou 1987).</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(4);

    public double Length { get; private set; }

    /// <param name="runnable">Threads that run or could run.</param>
    public void Add(int runnable, TimeSpan elapsed)
    {
        var kept = Math.Exp(-elapsed / Window);
        Length = (Length * kept) + (runnable * (1 - kept));
    }
}

/// <summary>Reads the host's own counters, on files that are kept open.</summary>
internal sealed class HostSampler : IDisposable
{
    private readonly CounterFile? _stat = CounterFile.TryOpen("/proc/stat");
    private readonly CounterFile? _memory = CounterFile.TryOpen("/proc/meminfo");
    private readonly CounterFile? _load = CounterFile.TryOpen("/proc/loadavg");
    private readonly CounterFile?[] _pressures = [.. ((string[])["cpu", "memory", "io"]).Select(r => CounterFile.TryOpen($"/proc/pressure/{r}"))];
    private readonly RunQueueState _queue = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private (long Busy, long All) _before;

    /// <summary>Cheap; called more often than the rest, so that the smoothed length is one.</summary>
    public void SampleQueue(TimeSpan elapsed)
    {
        if (_load is null)
            return;
        // "0.20 0.18 0.12 3/292 14050": runnable threads, this one among them.
        var text = _load.Read(_buffer);
        var slash = text.IndexOf((byte)'/');
        var running = (int)CounterText.Number(text[(text[..slash].LastIndexOf((byte)' ') + 1)..]);
        _queue.Add(Math.Max(0, running - 1), elapsed);
    }

    public HostUsage Sample(DateTimeOffset now, IReadOnlyList<ContainerRates> containers)
    {
        var busy = Busy();
        var memory = _memory is null ? default : _memory.Read(_buffer);
        var (total, available) = (Kilobytes(memory, "MemTotal:"u8), Kilobytes(memory, "MemAvailable:"u8));
        var (swap, swapFree) = (Kilobytes(memory, "SwapTotal:"u8), Kilobytes(memory, "SwapFree:"u8));
        return new HostUsage(
            now, Environment.ProcessorCount, busy, _queue.Length, total, available, swap, swapFree,
            containers.Sum(c => c.Usage.MemoryLimitBytes), containers.Sum(c => c.Usage.SwapLimitBytes), containers.Count,
            Pressure(0), Pressure(1), Pressure(2));
    }

    public void Dispose()
    {
        foreach (var file in (CounterFile?[])[_stat, _memory, _load, .. _pressures])
            file?.Dispose();
    }

    /// <summary>Of the first line, "cpu user nice system idle iowait …": all but idle and waiting for disks is use.</summary>
    private double Busy()
    {
        if (_stat is null)
            return 0;
        var text = _stat.Read(_buffer);
        text = text[..text.IndexOf((byte)'\n')];
        var (all, idle, column) = (0L, 0L, 0);
        foreach (var range in text[3..].Split((byte)' '))
        {
            if (text[3..][range].IsEmpty)
                continue;
            var ticks = CounterText.Number(text[3..][range]);
            // Guests are counted in user time already.
            all += column < 8 ? ticks : 0;
            idle += column++ is 3 or 4 ? ticks : 0;
        }

        var (before, now) = (_before, (Busy: all - idle, All: all));
        _before = now;
        return before.All == 0 || now.All == before.All ? 0 : Math.Clamp((double)(now.Busy - before.Busy) / (now.All - before.All), 0, 1);
    }

    private double? Pressure(int resource)
    {
        if (_pressures[resource] is not { } file)
            return null;
        // "some avg10=12.34 avg60=…", in percent.
        var text = System.Text.Encoding.ASCII.GetString(file.Read(_buffer));
        var start = text.IndexOf("avg10=", StringComparison.Ordinal) + 6;
        return start < 6 ? null : double.Parse(text.AsSpan(start, text.IndexOf(' ', start) - start), CultureInfo.InvariantCulture) / 100;
    }

    private static long Kilobytes(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) => CounterText.Field(text, name) * 1024;
}

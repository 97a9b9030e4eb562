using Gantry.Agent.Runtime;

namespace Gantry.Agent.Metrics;

/// <summary>The files of one control group, kept open.</summary>
internal abstract class CgroupCounters : IDisposable
{
    protected const string Root = "/sys/fs/cgroup";
    private readonly List<CounterFile> _files = [];

    /// <summary>Fills in what the group counts.</summary>
    /// <exception cref="IOException">The group is gone.</exception>
    public abstract ContainerUsage Read(ContainerUsage usage, Span<byte> buffer);

    public void Dispose() => _files.ForEach(f => f.Dispose());

    /// <returns>Null when this kernel does not count it.</returns>
    protected CounterFile? Optional(string path)
    {
        if (CounterFile.TryOpen(path) is not { } file)
            return null;
        _files.Add(file);
        return file;
    }

    protected CounterFile Required(string path) => Optional(path) ?? throw new FileNotFoundException($"The kernel has no {path}.", path);
}

/// <summary>Control groups of the first version, one hierarchy a controller.</summary>
internal sealed class CgroupV1Counters : CgroupCounters
{
    private readonly CounterFile _cpu, _memory, _stat, _peak, _pids;
    private readonly CounterFile? _swapPeak, _io, _kills;

    public CgroupV1Counters(string group)
    {
        _memory = Required($"{Root}/memory/{group}/memory.usage_in_bytes");
        _stat = Required($"{Root}/memory/{group}/memory.stat");
        _peak = Required($"{Root}/memory/{group}/memory.max_usage_in_bytes");
        _swapPeak = Optional($"{Root}/memory/{group}/memory.memsw.max_usage_in_bytes");
        _cpu = Required($"{Root}/cpuacct/{group}/cpuacct.usage");
        _pids = Required($"{Root}/pids/{group}/pids.current");
        _io = Optional($"{Root}/blkio/{group}/blkio.throttle.io_service_bytes_recursive");
        _kills = Optional($"{Root}/memory/{group}/memory.oom_control");
    }

    public override ContainerUsage Read(ContainerUsage usage, Span<byte> buffer)
    {
        var peak = _peak.Number(buffer);
        var swapPeak = _swapPeak?.Number(buffer) ?? peak;
        var memory = _memory.Number(buffer);
        var cpu = _cpu.Number(buffer);
        var pids = (int)_pids.Number(buffer);
        var io = _io is null ? default : _io.Read(buffer);
        var (read, written) = (CounterText.SumAfter(io, " Read "u8), CounterText.SumAfter(io, " Write "u8));
        var kills = _kills is null ? 0 : CounterText.Field(_kills.Read(buffer), "oom_kill"u8);
        var stat = _stat.Read(buffer);
        return usage with
        {
            CpuNanoseconds = cpu,
            // Cached files that the kernel gives back at once are no use of memory.
            MemoryBytes = Math.Max(0, memory - CounterText.Field(stat, "total_inactive_file"u8)), PeakMemoryBytes = peak,
            SwapBytes = CounterText.Field(stat, "total_swap"u8), PeakSwapBytes = Math.Max(0, swapPeak - peak), Pids = pids,
            ReadBytes = read, WrittenBytes = written, OutOfMemoryKills = kills,
        };
    }
}

/// <summary>Control groups of the second version.</summary>
internal sealed class CgroupV2Counters : CgroupCounters
{
    private readonly CounterFile _cpu, _memory, _stat, _pids;
    private readonly CounterFile? _peak, _swap, _swapPeak, _io, _kills;

    public CgroupV2Counters(string group)
    {
        _memory = Required($"{Root}/{group}/memory.current");
        _stat = Required($"{Root}/{group}/memory.stat");
        _cpu = Required($"{Root}/{group}/cpu.stat");
        _pids = Required($"{Root}/{group}/pids.current");
        _peak = Optional($"{Root}/{group}/memory.peak");
        _swap = Optional($"{Root}/{group}/memory.swap.current");
        _swapPeak = Optional($"{Root}/{group}/memory.swap.peak");
        _io = Optional($"{Root}/{group}/io.stat");
        _kills = Optional($"{Root}/{group}/memory.events");
    }

    public override ContainerUsage Read(ContainerUsage usage, Span<byte> buffer)
    {
        var memory = _memory.Number(buffer);
        var cpu = CounterText.Field(_cpu.Read(buffer), "usage_usec"u8) * 1000;
        var (peak, swap, swapPeak) = (_peak?.Number(buffer) ?? 0, _swap?.Number(buffer) ?? 0, _swapPeak?.Number(buffer) ?? 0);
        var pids = (int)_pids.Number(buffer);
        var io = _io is null ? default : _io.Read(buffer);
        var (read, written) = (CounterText.SumAfter(io, " rbytes="u8), CounterText.SumAfter(io, " wbytes="u8));
        var kills = _kills is null ? 0 : CounterText.Field(_kills.Read(buffer), "oom_kill"u8);
        return usage with
        {
            CpuNanoseconds = cpu, OutOfMemoryKills = kills, MemoryBytes = Math.Max(0, memory - CounterText.Field(_stat.Read(buffer), "inactive_file"u8)),
            PeakMemoryBytes = peak, SwapBytes = swap, PeakSwapBytes = swapPeak, Pids = pids, ReadBytes = read, WrittenBytes = written,
        };
    }
}

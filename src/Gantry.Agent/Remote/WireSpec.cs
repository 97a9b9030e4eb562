using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Agent.Remote;

/// <summary>What an agent is asked to run, to and from the wire. Binds and disks name paths of a host: they never travel.</summary>
internal static class WireSpec
{
    public static Wire.Spec ToWire(this ContainerSpec s)
    {
        if (s.Mounts.Count + s.Disks.Count > 0)
            throw new RuntimeException($"The container {s.Id} shares {string.Join(", ", s.Mounts.Select(m => m.HostPath).Concat(s.Disks.Select(d => d.ImagePath)))} with the host that asks for it: it can only run there.", false);
        var wire = new Wire.Spec
        {
            Id = s.Id.Value, Stack = s.Stack.Value, WorkingDirectory = s.WorkingDirectory, Hostname = s.Hostname, Limits = ToWire(s.Limits),
            App = s.Log.AppId.Value, LogName = s.Log.Name, Terminal = s.Terminal,
        };
        if (s.Layer is { } layer)
            wire.Layer = layer.Value;
        wire.Command.AddRange(s.Command);
        wire.Environment.Add(s.Environment.ToDictionary());
        return wire;
    }

    public static ContainerSpec ToSpec(this Wire.Spec w) => new()
    {
        Id = new ContainerId(w.Id), Stack = new Digest(w.Stack), Layer = w.HasLayer ? new Digest(w.Layer) : null, Command = [.. w.Command],
        WorkingDirectory = w.WorkingDirectory, Environment = w.Environment.ToDictionary(), Hostname = w.Hostname, Limits = ToLimits(w.Limits),
        Log = new LogSource(new AppId(w.App), w.LogName), Terminal = w.Terminal,
    };

    private static Wire.Limits ToWire(ContainerLimits l)
    {
        var wire = new Wire.Limits { Memory = l.MemoryBytes, Swap = l.SwapBytes, CpuShares = l.CpuShares, Pids = l.Pids, Scratch = l.ScratchBytes, OpenFiles = l.OpenFiles };
        if (l.MaxRuntime is { } runtime)
            wire.MaxRuntime = runtime.Ticks;
        if (l.LogLinesPerMinute is { } lines)
            wire.LogLinesPerMinute = lines;
        if (l.LogBytesPerMinute is { } bytes)
            wire.LogBytesPerMinute = bytes;
        if (l.BitsPerSecond is { } bits)
            wire.BitsPerSecond = bits;
        if (l.DiskBytesPerSecond is { } disk)
            wire.DiskBytesPerSecond = disk;
        if (l.DiskOperationsPerSecond is { } operations)
            wire.DiskOperationsPerSecond = operations;
        return wire;
    }

    private static ContainerLimits ToLimits(Wire.Limits w) => new(
        w.Memory, w.Swap, w.CpuShares, w.Pids, w.Scratch, w.OpenFiles, w.HasMaxRuntime ? new TimeSpan(w.MaxRuntime) : null,
        w.HasLogLinesPerMinute ? w.LogLinesPerMinute : null, w.HasLogBytesPerMinute ? w.LogBytesPerMinute : null, w.HasBitsPerSecond ? w.BitsPerSecond : null,
        w.HasDiskBytesPerSecond ? w.DiskBytesPerSecond : null, w.HasDiskOperationsPerSecond ? w.DiskOperationsPerSecond : null);
}

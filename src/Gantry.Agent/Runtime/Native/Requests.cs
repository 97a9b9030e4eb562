using Gantry.Agent.Logs;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Native;

/// <summary>Says a <see cref="ContainerSpec"/> in the supervisor's words.</summary>
internal static class Requests
{
    public static StartRequest From(ContainerSpec spec, string stack, string? layer, string dataDirectory) => new()
    {
        Id = Checked(spec.Id.Value),
        StackDirectory = stack,
        LayerDirectory = layer,
        Command = spec.Command,
        WorkingDirectory = spec.WorkingDirectory,
        Environment = spec.Environment,
        Hostname = spec.Hostname,
        MemoryBytes = spec.Limits.MemoryBytes,
        SwapBytes = spec.Limits.SwapBytes,
        CpuShares = spec.Limits.CpuShares,
        Pids = spec.Limits.Pids,
        ScratchBytes = spec.Limits.ScratchBytes,
        OpenFiles = spec.Limits.OpenFiles,
        MaxRuntimeMilliseconds = (long?)spec.Limits.MaxRuntime?.TotalMilliseconds,
        LogLinesPerMinute = spec.Limits.LogLinesPerMinute,
        LogBytesPerMinute = spec.Limits.LogBytesPerMinute,
        BitsPerSecond = spec.Limits.BitsPerSecond,
        DiskBytesPerSecond = spec.Limits.DiskBytesPerSecond,
        DiskOperationsPerSecond = spec.Limits.DiskOperationsPerSecond,
        Mounts = [.. spec.Mounts.Select(m => new MountRequest(Path.GetFullPath(m.HostPath), m.ContainerPath, m.ReadOnly))],
        Disks = [.. spec.Disks.Select(d => new DiskRequest(Path.GetFullPath(d.ImagePath), d.ContainerPath, d.SizeBytes))],
        SpoolDirectory = AppLogPaths.Spool(Path.Combine(dataDirectory, "logs"), spec.Log.AppId, spec.Log.Name, spec.Id),
        Terminal = spec.Terminal,
    };

    /// <summary>The id names directories and control groups.</summary>
    private static string Checked(string id) =>
        id.Length is > 0 and <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id
            : throw new ArgumentException($"'{id}' cannot be the id of a container: only letters, digits, '-' and '_' can.");
}

using System.Diagnostics.Metrics;

namespace Gantry.Agent.Logs;

/// <summary>How much disk the logs of this host take.</summary>
public interface ILogDisk
{
    /// <summary>As the last round found it.</summary>
    LogDiskStatus Status { get; }
}

/// <summary>The disk that logs take.</summary>
/// <param name="Bytes">What logs and archives of all apps take.</param>
/// <param name="Bound">What they may take.</param>
/// <param name="DeletedEarly">Bytes deleted since the start although their app was within its own bounds.</param>
/// <param name="Trouble">What an operator should do something about; null when all is well.</param>
public sealed record LogDiskStatus(long Bytes, long Bound, long DeletedEarly, string? Trouble);

/// <summary>The figures, for the doctor and as metrics.</summary>
internal sealed class LogDisk : ILogDisk, IDisposable
{
    private readonly Meter _meter = new("Gantry.Logs");

    public LogDisk()
    {
        _meter.CreateObservableGauge("gantry_logs_bytes", () => Status.Bytes, "By", "Disk that logs and archives take");
        _meter.CreateObservableCounter("gantry_logs_deleted_early_bytes", () => Status.DeletedEarly, "By", "Logs deleted because the host's bound or a full disk left no room");
    }

    public LogDiskStatus Status { get; set; } = new(0, 0, 0, null);

    public void Dispose() => _meter.Dispose();
}

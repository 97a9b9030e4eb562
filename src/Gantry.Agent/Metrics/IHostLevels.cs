namespace Gantry.Agent.Metrics;

/// <summary>What this host has left at this moment.</summary>
public interface IHostLevels
{
    Task<HostLevels> ReadAsync(CancellationToken token);
}

/// <summary>Of one host; bytes.</summary>
/// <param name="Load">Runnable threads, the mean of the last minute.</param>
/// <param name="DiskTotal">Of the disk that its data are on. Likewise what is free of it for containers.</param>
public sealed record HostLevels(double Load, long MemoryTotal, long MemoryAvailable, long DiskTotal, long DiskFree);

using Gantry.Agent.Metrics;
using Gantry.Domain;

namespace Gantry.Control.Hosts;

/// <summary>What each host has left at this moment, by its own word.</summary>
public interface IClusterLevels
{
    /// <returns>Null of a host that does not answer at once.</returns>
    Task<HostLevels?> ReadAsync(HostId host, CancellationToken token);
}

using Gantry.Agent.Metrics;
using Gantry.Control.Hosts;
using Gantry.Domain;

namespace Gantry.Api.Tests.Support;

/// <summary>Of the planner's own host; others are not heard.</summary>
internal sealed class FakeLevels : IClusterLevels
{
    public Task<HostLevels?> ReadAsync(HostId host, CancellationToken token) =>
        Task.FromResult(host.Value == "host-1" ? new HostLevels(1.5, 8L << 30, 3L << 30, 100L << 30, 40L << 30) : null);
}

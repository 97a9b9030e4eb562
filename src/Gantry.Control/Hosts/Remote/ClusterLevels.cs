using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Control.Hosts.Remote;

internal sealed class ClusterLevels(IHostLevels local, LocalHost here, HostSessions hosts) : IClusterLevels
{
    /// <summary>Who asks wants to see the others, too.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    public async Task<HostLevels?> ReadAsync(HostId host, CancellationToken token)
    {
        if (host == here.Id)
            return await local.ReadAsync(token).ConfigureAwait(false);
        if (hosts.Find(host) is not { Presence: HostPresence.Ready } session)
            return null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(_patience);
        try
        {
            return await session.Remote.MeasureAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RuntimeException or OperationCanceledException && !token.IsCancellationRequested)
        {
            return null;
        }
    }
}

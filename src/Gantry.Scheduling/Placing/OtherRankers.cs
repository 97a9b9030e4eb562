namespace Gantry.Scheduling.Placing;

/// <summary>Few containers of the same app on one host.</summary>
internal sealed class SpreadRanker() : HostRanker("spread")
{
    public override double Score(ClusterState state, RequestClass request, int host) => 1.0 / (1 + state.Own[host]);
}

/// <summary>SwarmKit: fewest containers of the service, then fewest containers.</summary>
internal sealed class SwarmRanker() : HostRanker("swarm-spread")
{
    public override double Score(ClusterState state, RequestClass request, int host) => -(state.Own[host] * 100_000.0 + state.Containers[host]);
}

/// <summary>The auction of Cloud Foundry's Diego: mean use of memory, disk and container slots once the container is there, plus 1000 for each instance of
/// the app. CPU, the first resource, is not looked at.</summary>
internal sealed class DiegoRanker() : HostRanker("diego")
{
    /// <summary>Containers a cell takes by default.</summary>
    private const double Slots = 250;

    public override double Score(ClusterState state, RequestClass request, int host)
    {
        double used = 0;
        for (var r = 1; r < request.Limits.Length; r++) used += 1 - Left(state, request, host, r);
        return -((used + (state.Containers[host] + 1) / Slots) / request.Limits.Length + 1000 * state.Own[host]);
    }
}

/// <summary>1 where the image's layers are already.</summary>
internal sealed class ImageLocalityRanker() : HostRanker("image-locality")
{
    public override double Score(ClusterState state, RequestClass request, int host) =>
        request.Request.Image.Length > 0 && state.Images[host] is { } images && images.Contains(request.Request.Image) ? 1 : 0;
}

/// <summary>Short run queues, with a correction for what was placed since they were reported.</summary>
internal sealed class LowLoadRanker() : HostRanker("low-load")
{
    public override double Score(ClusterState state, RequestClass request, int host) => 1 / (1 + state.Load[host]);
}

/// <summary>Few containers of the same app in one zone.</summary>
internal sealed class ZoneSpreadRanker() : HostRanker("zone-spread")
{
    public override bool IsLocal => false;

    public override double Score(ClusterState state, RequestClass request, int host)
    {
        var zone = state.Hosts[host].Zone;
        var there = 0;
        foreach (var other in state.HostsOf(request.App))
            if (state.Hosts[other].Zone == zone) there += state.Own[other];
        return 1.0 / (1 + there);
    }
}

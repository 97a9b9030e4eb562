using Gantry.Agent.Remote;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The neighbours of a host with Docker: the engine's packet filter stands between them and its containers too.</summary>
internal sealed class EngineNeighbours(HostNeighbours kernel, PacketFilter filter) : IHostNeighbours
{
    public async Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        // Before it lets anything pass.
        await filter.EnsureAsync(token);
        await kernel.MeetAsync(hosts, routers, overlay, token);
        if (routers.Count > 0)
            await filter.LetRoutersPassAsync(token);
    }
}

using Gantry.Domain;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>What operators ask of a host with Docker as a whole. The engine and its images stay: they are not Gantry's.</summary>
internal sealed class DockerHost(
    EngineLink engine, EngineContainers containers, Networks networks, ContainerFolders folders, LogEnds logs, PacketFilter filter, DockerRuntime runtime,
    EngineUsers users, IOptions<AgentOptions> options) : IHostCleanup, IHostFacts
{
    public async Task PurgeAsync(CancellationToken token)
    {
        var ids = (await containers.ListAsync(token)).Select(c => c.Labels.Id.Value)
            .Concat((await networks.ListAsync(token)).Select(n => n.Labels![Labels.IdKey])).Distinct();
        foreach (var id in ids)
            await runtime.RemoveAsync(new ContainerId(id), token);
        logs.EndAll();
        folders.RemoveAll();
        await filter.RemoveAsync(token);
    }

    public async Task<HostFacts> GetAsync(CancellationToken token)
    {
        var info = await engine.AskAsync("say what it is", c => c.System.GetSystemInfoAsync(token));
        return new HostFacts(0, IdmappedMounts: false, info.CgroupVersion == "2", info.SwapLimit)
        {
            Runtime = RuntimeKind.Docker,
            Program = $"Docker Engine {info.ServerVersion} at {options.Value.DockerSocket}, images in {info.Driver}",
            SharedUserNamespace = (await users.GetAsync(token)).IsMapped,
            DiskLimits = DiskFacts.LimitsOf(options.Value.DataDirectory),
        };
    }
}

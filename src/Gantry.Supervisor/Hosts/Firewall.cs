using Gantry.Linux.Supervision;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Hosts;

/// <summary>Puts the packet filter in place and takes it away.</summary>
internal sealed class Firewall(SupervisorOptions options, Tool tool)
{
    public Task ApplyAsync() => tool.RunAsync(["nft", "-f", "-"], FirewallRules.Render(options));

    public Task RemoveAsync() => tool.RunAsync(["nft", "-f", "-"], FirewallRules.RenderRemoval(options.TableName));
}

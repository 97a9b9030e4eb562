using Gantry.Agent.Runtime.Native;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The same table as on a host of the native runtime, there before the first container.</summary>
internal sealed class PacketFilter(IOptions<AgentOptions> options)
{
    private readonly SemaphoreSlim _applying = new(1, 1);
    private bool _applied;

    public async Task EnsureAsync(CancellationToken token)
    {
        await _applying.WaitAsync(token);
        try
        {
            if (!_applied)
                await RunAsync(FirewallRules.Render(SupervisorSettings.WithoutVersion(options.Value)), token);
            _applied = true;
        }
        finally
        {
            _applying.Release();
        }
    }

    public async Task RemoveAsync(CancellationToken token)
    {
        await RunAsync(FirewallRules.RenderRemoval(options.Value.InstanceName), token);
        _applied = false;
    }

    private static Task RunAsync(string rules, CancellationToken token) => HostProgram.RunAsync(["nft", "-f", "-"], rules, token);
}

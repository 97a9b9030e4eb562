using System.ComponentModel;
using Gantry.Agent.Runtime.Native;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>The same table as on a host of the native runtime, there before the first container.</summary>
internal sealed class PacketFilter(IOptions<AgentOptions> options)
{
    /// <summary>The engine asks it first, and leaves in it what others put there.</summary>
    private const string UserChain = "DOCKER-USER";
    private static readonly string[] _iptables = ["iptables", "--wait", "5"];
    private readonly string _pass = $"{UserChain} -o {options.Value.InterfacePrefix}+ -j ACCEPT";
    private readonly SemaphoreSlim _applying = new(1, 1);
    private bool _applied;
    private volatile bool _routed;

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

    /// <summary>
    /// From now on, what routers of other hosts send to containers passes the engine's own chains, which drop what goes to a port that is not
    /// published. Gantry's table decides about these packets whatever other tables accept.
    /// </summary>
    public Task LetRoutersPassAsync(CancellationToken token)
    {
        _routed = true;
        return HoldAsync(token);
    }

    /// <summary>
    /// Likewise, if routers are let pass at all. To be called after a network was made: an engine that came back with networks of before has the
    /// chain only from its next network on, and one that sets no packet filter never has it.
    /// </summary>
    public async Task HoldAsync(CancellationToken token)
    {
        if (!_routed)
            return;
        await _applying.WaitAsync(token);
        try
        {
            var rules = await EngineRulesAsync(token);
            if (rules.Contains($"-N {UserChain}") && !rules.Contains($"-A {_pass}"))
                await HostProgram.RunAsync([.. _iptables, "-I", .. _pass.Split(' ')], "", token);
        }
        finally
        {
            _applying.Release();
        }
    }

    public async Task RemoveAsync(CancellationToken token)
    {
        if ((await EngineRulesAsync(token)).Contains($"-A {_pass}"))
            await HostProgram.RunAsync([.. _iptables, "-D", .. _pass.Split(' ')], "", token);
        await RunAsync(FirewallRules.RenderRemoval(options.Value.InstanceName), token);
        (_applied, _routed) = (false, false);
    }

    private static async Task<IReadOnlySet<string>> EngineRulesAsync(CancellationToken token)
    {
        try
        {
            return (await HostProgram.ReadAsync([.. _iptables, "-S"], token)).Split('\n').ToHashSet();
        }
        catch (Win32Exception)
        {
            // No program, no chains: this engine does not need it.
            return new HashSet<string>();
        }
    }

    private static Task RunAsync(string rules, CancellationToken token) => HostProgram.RunAsync(["nft", "-f", "-"], rules, token);
}

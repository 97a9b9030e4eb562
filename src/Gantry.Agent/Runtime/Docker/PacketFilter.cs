using System.Diagnostics;
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

    private static async Task RunAsync(string rules, CancellationToken token)
    {
        using var nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await nft.StandardInput.WriteAsync(rules.AsMemory(), token);
        nft.StandardInput.Close();
        var complaint = await nft.StandardError.ReadToEndAsync(token);
        await nft.WaitForExitAsync(token);
        if (nft.ExitCode != 0)
            throw new RuntimeException($"nft did not take the rules that keep containers apart: {complaint.Trim()}", true);
    }
}

using System.Diagnostics;
using Gantry.Agent.Runtime;

namespace Gantry.Agent.Security;

/// <summary>What the packet filter of this host, as the kernel has it, does with containers' packets.</summary>
/// <param name="DropsSpoofed">Packets from another address than the sender's.</param>
/// <param name="SeparatesContainers">Packets from one container to another.</param>
/// <param name="ClosesHost">Packets to the host's own addresses.</param>
/// <param name="ClosesContainers">Packets from outside to a container.</param>
internal sealed record HostFilter(bool IsThere, bool DropsSpoofed, bool SeparatesContainers, bool ClosesHost, bool ClosesContainers)
{
    public static async Task<HostFilter> ReadAsync(string table, CancellationToken token)
    {
        using var process = Process.Start(new ProcessStartInfo("nft", ["list", "table", "inet", table]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new RuntimeException("nft could not be started.", true);
        var complaint = process.StandardError.ReadToEndAsync(token);
        var rules = Parse(await process.StandardOutput.ReadToEndAsync(token));
        await process.WaitForExitAsync(token);
        await complaint;
        return rules;
    }

    /// <param name="text">A table as nft prints it; empty when there is none.</param>
    public static HostFilter Parse(string text)
    {
        var chains = text.Split("chain ").Skip(1).ToDictionary(c => c[..c.IndexOf(' ', StringComparison.Ordinal)], c => c.Split('\n').Select(l => l.Trim()).ToList());
        bool Has(string chain, Predicate<string> rule) => chains.TryGetValue(chain, out var rules) && rules.Exists(rule);
        return new HostFilter(
            chains.Count > 0, Has("source", r => r.StartsWith("iifname", StringComparison.Ordinal) && r.EndsWith("oif missing drop", StringComparison.Ordinal)),
            Has("outwards", r => r.StartsWith("oifname", StringComparison.Ordinal) && r.EndsWith("drop", StringComparison.Ordinal)),
            Has("host", r => r.EndsWith("jump to_host", StringComparison.Ordinal)) && Has("to_host", r => r == "drop"),
            Has("routed", r => r.StartsWith("oifname", StringComparison.Ordinal) && r.EndsWith("drop", StringComparison.Ordinal)));
    }
}

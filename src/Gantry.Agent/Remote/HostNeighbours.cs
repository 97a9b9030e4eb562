using System.Net;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Remote;

/// <summary>Routes from this host to the containers of others, and the routers that its own containers accept.</summary>
public interface IHostNeighbours
{
    /// <summary>As <see cref="IRemoteHost.MeetAsync"/>, on this host. What this instance of Gantry was told before and is not now goes.</summary>
    /// <exception cref="RuntimeException">The kernel refused; says what.</exception>
    Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token);
}

/// <remarks>One call at a time (<see cref="RepeatedNeighbours"/> sees to that). What it was told last is in a file that goes with the kernel's tables, so that another process of the same instance goes on there.</remarks>
/// <param name="inside">Words before each program of the host: in which network namespace it runs.</param>
internal sealed class HostNeighbours(IOptions<AgentOptions> options, IReadOnlyList<string> inside) : IHostNeighbours
{
    /// <summary>Marks the routes that are Gantry's in the kernel's table, where each has a number of who made it.</summary>
    public const string Protocol = "201";

    public HostNeighbours(IOptions<AgentOptions> options)
        : this(options, [])
    {
    }

    public async Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, HostOverlay? overlay, CancellationToken token)
    {
        var routes = hosts.Select(h => (Subnet: $"{IPNetwork.Parse(h.Subnet)}", Via: $"{IPAddress.Parse(h.Address)}")).ToList();
        string[] neighbours = [.. routers.Select(r => $"{IPAddress.Parse(r)}"), .. routes.Select(r => r.Subnet)];
        var file = SupervisorSettings.WithoutVersion(options.Value).NeighboursFile;
        var before = File.Exists(file) ? await File.ReadAllLinesAsync(file, token) : [];
        // A host that is alone never comes further.
        if (before.Length == 0 && neighbours.Length == 0)
            return;
        var link = new OverlayLink(options.Value.InstanceName, options.Value.InterfacePrefix, Path.Combine(Path.GetDirectoryName(file)!, "overlay"), inside);
        var way = overlay is null ? "" : await link.SetUpAsync(overlay, token);
        // An agent beside a control process: its containers are here.
        await RouteAsync([.. routes.Where(r => r.Via != overlay?.Local)], way, [.. before.Where(FirewallRules.IsSubnet)], token);
        await FilterAsync(file, neighbours, token);
        if (overlay is null)
            await link.TakeDownAsync(token);
    }

    /// <summary>The file first: a supervisor that starts in between reads it.</summary>
    private async Task FilterAsync(string file, string[] neighbours, CancellationToken token)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllLinesAsync(file + ".new", neighbours, token);
        File.Move(file + ".new", file, overwrite: true);
        await HostProgram.RunAsync([.. inside, "nft", "-f", "-"], FirewallRules.RenderNeighbours(options.Value.InstanceName, neighbours), token);
    }

    /// <summary>Routes of another instance on this machine are not ours to remove.</summary>
    private async Task RouteAsync(List<(string Subnet, string Via)> routes, string way, string[] before, CancellationToken token)
    {
        var present = (await HostProgram.ReadAsync([.. inside, "ip", "-4", "route", "show", "proto", Protocol], token)).Split('\n').Select(line => line.Split(' ')[0]).ToHashSet();
        var batch = string.Concat(
            [
                .. before.Where(s => present.Contains(s) && !routes.Exists(r => r.Subnet == s)).Select(s => $"route del {s} proto {Protocol}\n"),
                .. routes.Select(r => $"route replace {r.Subnet} via {r.Via}{way} proto {Protocol}\n"),
            ]);
        await HostProgram.RunAsync([.. inside, "ip", "-4", "-batch", "-"], batch, token);
    }
}

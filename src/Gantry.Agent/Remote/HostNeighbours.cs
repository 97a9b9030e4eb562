using System.Net;
using Gantry.Agent.Runtime;
using Gantry.Agent.Runtime.Native;
using Gantry.Linux.Supervision;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Remote;

/// <summary>Routes from this host to the containers of others, and the routers that its own containers accept.</summary>
public interface IHostNeighbours
{
    /// <summary>As <see cref="IRemoteHost.MeetAsync"/>, on this host. What was there and is not named goes.</summary>
    /// <exception cref="RuntimeException">The kernel refused; says what.</exception>
    Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, CancellationToken token);
}

internal sealed class HostNeighbours(IOptions<AgentOptions> options) : IHostNeighbours, IDisposable
{
    /// <summary>Marks the routes that are Gantry's in the kernel's table, where each has a number of who made it.</summary>
    private const string Protocol = "201";

    private readonly SemaphoreSlim _one = new(1);
    private string? _met;

    public async Task MeetAsync(IReadOnlyCollection<HostNeighbour> hosts, IReadOnlyCollection<string> routers, CancellationToken token)
    {
        var routes = hosts.Select(Route).Order(StringComparer.Ordinal).ToList();
        var peers = routers.Select(r => IPAddress.Parse(r).ToString()).Order(StringComparer.Ordinal).ToList();
        var wanted = string.Join('\n', [.. routes, "", .. peers]);
        await _one.WaitAsync(token);
        try
        {
            if (_met == wanted)
                return;
            await FilterAsync([.. peers, .. hosts.Select(h => IPNetwork.Parse(h.Subnet).ToString())], token);
            await RouteAsync(routes, token);
            _met = wanted;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>Parsed, so that nothing but a route reaches the command.</summary>
    private static string Route(HostNeighbour host) => $"{IPNetwork.Parse(host.Subnet)} via {IPAddress.Parse(host.Address)}";

    /// <summary>The file first: a supervisor that starts in between reads it.</summary>
    private async Task FilterAsync(List<string> neighbours, CancellationToken token)
    {
        var file = SupervisorSettings.WithoutVersion(options.Value).NeighboursFile;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllLinesAsync(file + ".new", neighbours, token);
        File.Move(file + ".new", file, overwrite: true);
        await HostProgram.RunAsync(["nft", "-f", "-"], FirewallRules.RenderNeighbours(options.Value.InstanceName, neighbours), token);
    }

    private static async Task RouteAsync(List<string> routes, CancellationToken token)
    {
        var present = (await HostProgram.ReadAsync(["ip", "-4", "route", "show", "proto", Protocol], token))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim().Split(' ')).Select(w => $"{w[0]} via {w.ElementAtOrDefault(2)}").ToList();
        var changes = routes.Except(present).Select(r => $"route replace {r} proto {Protocol}")
            .Concat(present.Where(p => !routes.Exists(r => r.StartsWith(p.Split(' ')[0] + " ", StringComparison.Ordinal))).Select(p => $"route del {p} proto {Protocol}"));
        var batch = string.Join('\n', changes);
        if (batch.Length > 0)
            await HostProgram.RunAsync(["ip", "-4", "-batch", "-"], batch + "\n", token);
    }
}

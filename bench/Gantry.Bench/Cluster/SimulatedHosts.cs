using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.Agent.Images;
using Gantry.Agent.Joining;
using Gantry.Agent.Metrics;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Domain;
using Gantry.Store.FileBlobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gantry.Bench.Cluster;

/// <summary>
/// A thousand agents in one process: each joins with a token of its own, has its own certificate and address, and answers the calls of
/// Control over mutual TLS with the agent's own code. Only what they run is made up.
/// </summary>
internal static class SimulatedHosts
{
    private const int Port = 7444;

    /// <param name="api">The platform's API, and a token of an operator.</param>
    /// <param name="join">Where Control awaits hosts.</param>
    /// <param name="running">What they run from the start: see <see cref="Resume"/>.</param>
    /// <param name="first">The first of as many addresses of this machine, <c>198.19.0.10</c>.</param>
    public static async Task RunAsync(string api, string apiToken, string join, string data, string first, int count, string running)
    {
        var identities = await JoinAsync(api, apiToken, new Uri(join), data, Addresses(first, count));
        var hosts = identities.ToDictionary(i => i.Key, i => new SimulatedHost(i.Value.Host, i.Value.Subnet!));
        Resume(hosts.Values.ToDictionary(h => h.BootId), running);
        await using var app = Build(identities, hosts, data);
        using var apps = AnswerForApps();
        await app.StartAsync();
        Console.WriteLine($"{count} hosts joined");
        await app.WaitForShutdownAsync();
    }

    /// <summary>A line for each container: id, host, address, and when it started in ticks.</summary>
    private static void Resume(Dictionary<string, SimulatedHost> hosts, string file)
    {
        foreach (var line in File.ReadLines(file).Select(l => l.Split('|')))
            if (hosts.TryGetValue(line[1], out var host))
                host.Resume(new ContainerId(line[0]), line[2], new DateTimeOffset(long.Parse(line[3], null), TimeSpan.Zero));
    }

    private static IReadOnlyList<string> Addresses(string first, int count)
    {
        var start = IPAddress.NetworkToHostOrder(BitConverter.ToInt32(IPAddress.Parse(first).GetAddressBytes()));
        return [.. Enumerable.Range(start, count).Select(a => new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder(a))).ToString())];
    }

    private static async Task<IReadOnlyDictionary<string, HostIdentity>> JoinAsync(string api, string apiToken, Uri join, string data, IReadOnlyList<string> addresses)
    {
        using var http = new HttpClient { BaseAddress = new Uri(api) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", apiToken);
        var identities = new ConcurrentDictionary<string, HostIdentity>();
        await Parallel.ForEachAsync(addresses.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (host, token) =>
        {
            var (number, address) = host;
            var options = new MembershipOptions { DataDirectory = Path.Combine(data, address), Name = $"sim-{number + 1}", Address = $"{address}:{Port}" };
            var membership = new HostMembership(options, TimeProvider.System);
            var ensured = await membership.EnsureAsync(join, membership.Find() is null ? await TokenAsync(http) : null, token);
            identities[address] = ensured.Refusal is { } refusal ? throw new InvalidOperationException(refusal.Message) : ensured.Value;
        });
        return identities;
    }

    private static async Task<string> TokenAsync(HttpClient http)
    {
        using var reply = await http.PostAsJsonAsync("/admin/hosts/tokens", new { join_token = new { } });
        reply.EnsureSuccessStatusCode();
        return (string)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["join_token"]!["token"]!;
    }

    private static WebApplication Build(IReadOnlyDictionary<string, HostIdentity> identities, Dictionary<string, SimulatedHost> hosts, string data)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddHttpContextAccessor().AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(s => new SimulatedRuntime(s.GetRequiredService<IHttpContextAccessor>(), hosts));
        builder.Services.AddSingleton<IContainerRuntime>(s => s.GetRequiredService<SimulatedRuntime>());
        builder.Services.AddSingleton<IHostClock>(s => s.GetRequiredService<SimulatedRuntime>());
        builder.Services.AddSingleton<IHostLevels>(s => s.GetRequiredService<SimulatedRuntime>());
        builder.Services.AddSingleton<IHostNeighbours>(s => s.GetRequiredService<SimulatedRuntime>());
        builder.Services.AddSingleton<ILayerCache, EveryLayer>();
        builder.Services.AddFileBlobs(o => o.Directory = Path.Combine(data, "blobs"));
        builder.Services.AddAppLog(o => o.Directory = Path.Combine(data, "logs"));
        builder.Services.AddHostAgent();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var (address, identity) in identities)
                kestrel.Listen(IPAddress.Parse(address), Port, l => l.UseHostCertificates(new HostCertificates(identity, TimeProvider.System)));
        });
        var app = builder.Build();
        app.MapHostAgent();
        return app;
    }

    /// <summary>Every address of every container is this one listener: whether it accepts is all that Control asks, and routers get a short answer.</summary>
    private static TcpListener AnswerForApps()
    {
        var listener = new TcpListener(IPAddress.Any, 5000);
        listener.Start(4096);
        _ = Task.Run(async () =>
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptSocketAsync());
        });
        return listener;
    }

    private static async Task AnswerAsync(Socket socket)
    {
        var body = socket.LocalEndPoint!.ToString()!;
        var answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var buffer = new byte[4096];
        using (socket)
            try
            {
                while (await socket.ReceiveAsync(buffer) > 0)
                    await socket.SendAsync(answer);
            }
            catch (SocketException)
            {
                // The other end is gone.
            }
    }
}

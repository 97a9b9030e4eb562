using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gantry.Agent.Runtime;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Runtime;

/// <summary>Who reaches whom.</summary>
public abstract class NetworkSuite(RuntimeHost host)
{
    private static CancellationToken Token => RuntimeHost.Token;

    [Fact]
    public async Task App_IsReachableFromTheHost()
    {
        var spec = host.Spec("nc -ll -p 80 -e echo served");
        var status = await host.Runtime.StartAsync(spec, Token);
        var answer = "";
        await Until.TrueAsync(async () => (answer = await AskAsync(status.Address!, 80)).Length > 0, "The app never answered.");
        Assert.Equal("served\n", answer);
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    [Fact]
    public async Task App_CannotReachAnotherContainer()
    {
        var server = host.Spec("nc -ll -p 80 -e echo served");
        var status = await host.Runtime.StartAsync(server, Token);
        await Until.TrueAsync(async () => (await AskAsync(status.Address!, 80)).Length > 0, "The app never answered.");
        var (_, output) = await host.RunAsync($"nc -w 1 {status.Address} 80 </dev/null 2>&1; ping -c 1 -W 1 {status.Address} 2>&1; true");
        Assert.DoesNotContain("served", output);
        Assert.DoesNotContain("bytes from", output);
        await host.Runtime.RemoveAsync(server.Id, Token);
    }

    [Fact]
    public async Task App_AsksResolversThatItCanReach()
    {
        var (_, output) = await host.RunAsync("cat /etc/resolv.conf");
        Assert.Contains("nameserver ", output);
        Assert.DoesNotContain("nameserver 127.", output);
    }

    [Fact]
    public async Task App_CannotReachTheHost()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var addresses = (await RuntimeHost.ShellAsync("hostname -I")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(a => a.Contains('.')).Append("169.254.169.254");
        var script = string.Join("; ", addresses.Select(a => $"nc -w 1 {a.Trim()} {port} </dev/null 2>&1 && echo reached"));
        var (_, output) = await host.RunAsync($"{script}; ip route | grep -o 'via [0-9.]*' | cut -c5- | while read gateway; do nc -w 1 $gateway {port} </dev/null && echo reached; done; true");
        Assert.DoesNotContain("reached", output);
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task App_ReachesTheWorld_BehindTheHostsAddress()
    {
        await using var world = await OutsideWorld.CreateAsync(host.Name);
        var (_, output) = await host.RunAsync($"nc -w 5 {world.Address} {OutsideWorld.Port} </dev/null 2>&1");
        Assert.StartsWith("welcome", output);
        Assert.Equal(world.HostAddress, await world.LastPeerAsync());
    }

    [Fact]
    public async Task Bandwidth_IsKeptInBothDirections_AndChangesWhileItRuns()
    {
        const int size = 2_500_000;
        var spec = host.Spec($"nc -ll -p 80 -e wc -c & exec nc -ll -p 81 -e head -c {size} /dev/zero");
        var status = await host.Runtime.StartAsync(spec with { Limits = spec.Limits with { BitsPerSecond = 10_000_000 } }, Token);
        await Until.TrueAsync(() => ListensAsync(status.Address!, 80), "The app never listened.");
        await Until.TrueAsync(() => ListensAsync(status.Address!, 81), "The app never listened.");

        // What a bucket holds, and what waits in the sender's socket, leaves at once: a tenth is more than both.
        var least = TimeSpan.FromSeconds(size * 8 / 10_000_000.0 * 0.9);
        Assert.InRange(await SendAsync(status.Address!, size), least, TimeSpan.FromHours(1));
        Assert.InRange(await ReceiveAsync(status.Address!, size), least, TimeSpan.FromHours(1));
        await host.Runtime.LimitBandwidthAsync(spec.Id, 100_000_000, Token);
        Assert.InRange(await SendAsync(status.Address!, size * 10), least, TimeSpan.FromHours(1));
        await host.Runtime.LimitBandwidthAsync(spec.Id, null, Token);
        Assert.True(await ReceiveAsync(status.Address!, size) < least, "The limit was not lifted.");
        await host.Runtime.RemoveAsync(spec.Id, Token);
    }

    private static async Task<bool> ListensAsync(string address, int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, port, Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<TimeSpan> SendAsync(string address, int bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address, 80, Token);
        var start = Stopwatch.GetTimestamp();
        await using var stream = client.GetStream();
        await stream.WriteAsync(new byte[bytes], Token);
        client.Client.Shutdown(SocketShutdown.Send);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal($"{bytes}\n", await reader.ReadToEndAsync(Token));
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<TimeSpan> ReceiveAsync(string address, int bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address, 81, Token);
        var start = Stopwatch.GetTimestamp();
        var buffer = new byte[bytes];
        await client.GetStream().ReadExactlyAsync(buffer, Token);
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<string> AskAsync(string address, int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address, port, Token).AsTask().WaitAsync(TimeSpan.FromSeconds(2), Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
            return await reader.ReadToEndAsync(Token);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or IOException)
        {
            return "";
        }
    }
}

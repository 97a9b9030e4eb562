using System.Diagnostics;
using System.Net.Sockets;
using Gantry.Agent.Runtime;

namespace Gantry.Bench;

/// <summary>
/// What really passes when the bandwidth of containers is limited: bytes on the link, counted by the host's interface, while each
/// container sends or receives as fast as it can. All of a run at the same time.
/// </summary>
internal static class ShapingBench
{
    private const int Port = 8000;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(2);

    /// <summary>Sends to whoever says <c>u</c>, takes everything from others.</summary>
    private const string Server = """
        exec python3 -c "
        import socket, threading
        def serve(c):
            if c.recv(1) == b'u':
                data = bytes(262144)
                while True: c.sendall(data)
            buffer = bytearray(1048576)
            while c.recv_into(buffer): pass
        s = socket.create_server(('', 8000))
        while True: threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()
        "
        """;

    public static async Task RunAsync(HostPaths paths, int seconds)
    {
        await using var host = await BenchHost.StartAsync(paths);
        foreach (var (count, megabits) in new[] { (2, 10), (2, 100), (2, 1000), (50, 10) })
            foreach (var up in new[] { true, false })
                Console.WriteLine($"| {count} | {megabits} | {(up ? "from the container" : "to the container")} | {await MeasureAsync(host, count, megabits, up, seconds)} |");
    }

    private static async Task<string> MeasureAsync(BenchHost host, int count, int megabits, bool up, int seconds)
    {
        List<ContainerStatus> containers = [];
        for (var i = 0; i < count; i++)
        {
            var spec = host.Spec(Server);
            containers.Add(await host.Runtime.StartAsync(spec with { Limits = spec.Limits with { BitsPerSecond = megabits * 1_000_000L } }, default));
        }

        using var stop = new CancellationTokenSource();
        var transfers = containers.Select(c => TransferAsync(c.Address!, up, stop.Token)).ToList();
        await Task.Delay(_warmUp);
        var before = await BytesAsync(host, containers, up);
        var from = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var after = await BytesAsync(host, containers, up);
        var time = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await stop.CancelAsync();
        await Task.WhenAll(transfers);
        foreach (var container in containers)
            await host.Runtime.RemoveAsync(container.Id, default);
        var errors = after.Zip(before, (a, b) => (a - b) * 8 / time / 1e6 / megabits * 100 - 100).Order().ToList();
        return $"{errors[0]:+0.0;-0.0} % | {errors[count / 2]:+0.0;-0.0} % | {errors[^1]:+0.0;-0.0} %";
    }

    /// <summary>From the same counters that usage is billed from.</summary>
    private static async Task<List<double>> BytesAsync(BenchHost host, List<ContainerStatus> containers, bool up)
    {
        var samples = (await host.Runtime.SampleAsync(default)).ToDictionary(s => s.Id);
        return [.. containers.Select(c => (double)(up ? samples[c.Id].SentBytes : samples[c.Id].ReceivedBytes))];
    }

    private static async Task TransferAsync(string address, bool up, CancellationToken token)
    {
        using var socket = await ConnectAsync(address, token);
        var buffer = new byte[256 * 1024];
        buffer[0] = (byte)(up ? 'u' : 'd');
        try
        {
            await socket.SendAsync(buffer.AsMemory(0, 1), token);
            while (up ? await socket.ReceiveAsync(buffer, token) > 0 : await socket.SendAsync(buffer, token) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }

    private static async Task<Socket> ConnectAsync(string address, CancellationToken token)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(address, Port, token);
                return socket;
            }
            catch (SocketException) when (attempt < 200)
            {
                socket.Dispose();
                await Task.Delay(50, token);
            }
        }
    }
}

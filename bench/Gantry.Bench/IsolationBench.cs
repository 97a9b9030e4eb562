using System.Diagnostics;
using System.Net.Sockets;
using Gantry.Agent.Runtime;

namespace Gantry.Bench;

/// <summary>
/// Latency of a container's answers while its neighbour attacks: each attack between two measurements without it, so that the
/// machine's own mood is on both sides. One request after the other on one connection, with a pause, as a quiet app has them.
/// </summary>
internal static class IsolationBench
{
    private const string Programs = "/attack";
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(1);

    private static readonly string[] _attacks =
        ["fork", "memory", "files", "inodes", "disk", "processor", "connections 198.18.0.1", "log"];

    /// <param name="programs">Folder with the compiled <c>bombs</c>.</param>
    public static async Task RunAsync(HostPaths paths, string programs, int seconds)
    {
        await using var host = await BenchHost.StartAsync(paths);
        var mount = new BindMount(programs, Programs, true);
        var neighbour = host.Spec($"exec {Programs}/bombs serve 80", mount);
        var address = (await host.Runtime.StartAsync(neighbour, default)).Address!;
        using var client = await ConnectAsync(address);
        // Warm on both sides.
        await MeasureAsync(client, TimeSpan.FromSeconds(1));
        foreach (var attack in _attacks)
        {
            var before = await MeasureAsync(client, TimeSpan.FromSeconds(seconds));
            var attacker = host.Spec($"exec {Programs}/bombs {attack}", mount);
            attacker = attacker with { Limits = attacker.Limits with { LogLinesPerMinute = 16_384, LogBytesPerMinute = 64 << 20 } };
            await host.Runtime.StartAsync(attacker, default);
            var during = await MeasureAsync(client, TimeSpan.FromSeconds(seconds));
            await host.Runtime.RemoveAsync(attacker.Id, default);
            var after = await MeasureAsync(client, TimeSpan.FromSeconds(seconds));
            Print(attack.Split(' ')[0], [.. before, .. after], during);
        }

        await host.Runtime.RemoveAsync(neighbour.Id, default);
    }

    private static async Task<TcpClient> ConnectAsync(string address)
    {
        for (var attempt = 0; ; attempt++)
        {
            var client = new TcpClient { NoDelay = true };
            try
            {
                await client.ConnectAsync(address, 80);
                return client;
            }
            catch (SocketException) when (attempt < 100)
            {
                client.Dispose();
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Without tasks: a pool that wakes late is the bench's trouble, not the neighbour's.</summary>
    private static Task<List<double>> MeasureAsync(TcpClient client, TimeSpan duration) => Task.Factory.StartNew(
        () =>
        {
            var times = new List<double>(8192);
            var stream = client.GetStream();
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
            {
                Thread.Sleep(_pause);
                var from = Stopwatch.GetTimestamp();
                stream.WriteByte(1);
                if (stream.ReadByte() != 1)
                    throw new InvalidOperationException("The neighbour stopped answering.");
                times.Add(Stopwatch.GetElapsedTime(from).TotalMicroseconds);
            }

            return times;
        },
        TaskCreationOptions.LongRunning);

    private static void Print(string attack, List<double> alone, List<double> during)
    {
        alone.Sort();
        during.Sort();
        var change = At(during, 0.99) / At(alone, 0.99) - 1;
        Console.WriteLine($"| {attack} | {At(alone, 0.5):0} | {At(alone, 0.99):0} | {At(during, 0.5):0} | {At(during, 0.99):0} | {change:+0 %;-0 %} |");
    }

    private static double At(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
}

using System.Diagnostics;

namespace Gantry.Bench;

/// <summary>
/// Time from the order until the process of the container runs, with its network and its log. One container at a time,
/// and a number of them as fast as one order follows the other; peers in turns, so that all meet the same machine.
/// </summary>
internal static class StartBench
{
    private const string Idle = "exec sleep 600";
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(HostPaths paths, int count)
    {
        await using var host = await BenchHost.StartAsync(paths);
        using var engine = new Engine();
        List<double> own = [], client = [], api = [];
        for (var i = 0; i < count + 3; i++)
        {
            var warmUp = i < 3;
            await OneAsync(warmUp ? null : own, () => StartAsync(host), id => host.Runtime.RemoveAsync(new(id), default));
            await OneAsync(warmUp ? null : client, () => Engine.DockerAsync("run", "-d", "stack", "/bin/sh", "-c", Idle), RemoveAsync);
            await OneAsync(warmUp ? null : api, () => engine.StartAsync(Idle), RemoveAsync);
        }

        Print("gantry, one at a time", own);
        Print("docker run -d, one at a time", client);
        Print("docker API, one at a time", api);
        Print("gantry, back to back", await BurstAsync(Math.Min(count, 30), () => StartAsync(host), id => host.Runtime.RemoveAsync(new(id), default)));
        Print("docker run -d, back to back", await BurstAsync(Math.Min(count, 30), () => Engine.DockerAsync("run", "-d", "stack", "/bin/sh", "-c", Idle), RemoveAsync));
    }

    private static async Task OneAsync(List<double>? times, Func<Task<string>> start, Func<string, Task> remove)
    {
        var (id, milliseconds) = await TimeAsync(start);
        times?.Add(milliseconds);
        await remove(id);
        await Task.Delay(_pause);
    }

    private static async Task<List<double>> BurstAsync(int count, Func<Task<string>> start, Func<string, Task> remove)
    {
        List<double> times = [];
        List<string> ids = [];
        for (var i = 0; i < count; i++)
        {
            var (id, milliseconds) = await TimeAsync(start);
            ids.Add(id);
            times.Add(milliseconds);
        }

        foreach (var id in ids)
            await remove(id);
        return times;
    }

    private static async Task<(string Id, double Milliseconds)> TimeAsync(Func<Task<string>> start)
    {
        var from = Stopwatch.GetTimestamp();
        var id = await start();
        return (id, Stopwatch.GetElapsedTime(from).TotalMilliseconds);
    }

    private static async Task<string> StartAsync(BenchHost host)
    {
        var status = await host.Runtime.StartAsync(host.Spec(Idle), default);
        return status.Id.Value;
    }

    private static Task RemoveAsync(string id) => Engine.DockerAsync("rm", "-f", id);

    private static void Print(string name, List<double> times)
    {
        times.Sort();
        Console.WriteLine($"| {name} | {At(0.5):0.0} | {At(0.95):0.0} | {times[0]:0.0} |");

        double At(double share) => times[(int)(share * (times.Count - 1))];
    }
}

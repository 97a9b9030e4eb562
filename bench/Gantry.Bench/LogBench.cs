using System.Diagnostics;
using Gantry.Agent.Runtime;

namespace Gantry.Bench;

/// <summary>One container writes lines of 100 bytes as fast as it is let; time until the last one is in the kept log.</summary>
internal static class LogBench
{
    private const int LineBytes = 100;

    public static async Task RunAsync(HostPaths paths, string writer, long lines)
    {
        await using var host = await BenchHost.StartAsync(paths);
        foreach (var perWrite in new[] { 1, 40, 640 })
        {
            Print("gantry", perWrite, lines, await OwnAsync(host, writer, lines, perWrite));
            Print("docker json-file", perWrite, lines, await DockerAsync(writer, lines, perWrite));
        }
    }

    private static async Task<(double Seconds, long Kept)> OwnAsync(BenchHost host, string writer, long lines, int perWrite)
    {
        var spec = host.Spec($"exec /line-writer {lines} {perWrite}", new BindMount(writer, "/line-writer", true));
        var from = Stopwatch.GetTimestamp();
        await host.Runtime.StartAsync(spec, default);
        await host.Runtime.WaitAsync(spec.Id, default);
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        await host.Runtime.RemoveAsync(spec.Id, default);
        return (seconds, host.KeptBytes(spec.Id) / LineBytes);
    }

    private static async Task<(double Seconds, long Kept)> DockerAsync(string writer, long lines, int perWrite)
    {
        var from = Stopwatch.GetTimestamp();
        var id = await Engine.DockerAsync(
            "run", "-d", "--log-driver", "json-file", "-v", $"{writer}:/line-writer:ro", "stack", "/line-writer", $"{lines}", $"{perWrite}");
        await Engine.DockerAsync("wait", id);
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        var file = await Engine.DockerAsync("inspect", "--format", "{{.LogPath}}", id);
        var kept = File.ReadLines(file).LongCount();
        await Engine.DockerAsync("rm", "-f", id);
        return (seconds, kept);
    }

    private static void Print(string name, int perWrite, long lines, (double Seconds, long Kept) result) =>
        Console.WriteLine($"| {name} | {perWrite} | {lines / result.Seconds:0} | {lines - result.Kept} |");
}

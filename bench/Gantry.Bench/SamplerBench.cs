using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Bench;

/// <summary>
/// Processor time of one look at many containers, and of the whole sampler at ten seconds; beside `docker stats`, which asks the
/// engine for the same numbers. Time of this process, of the supervisor that lists, and of the engine with its shims.
/// </summary>
internal static class SamplerBench
{
    private const int Rounds = 20;
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(10);

    /// <param name="docker">Containers of the engine, fewer where it is slow: its time is told for each container.</param>
    public static async Task RunAsync(HostPaths paths, int count, int docker, int[] engine)
    {
        var host = await BenchHost.StartAsync(paths);
        await using (host)
        {
            var supervisor = (await host.Facts.GetAsync(default)).SupervisorPid;
            List<ContainerId> ids = [];
            for (var i = 0; i < count; i++)
                ids.Add((await host.Runtime.StartAsync(host.Spec("exec sleep 100000"), default)).Id);
            var statuses = await host.Runtime.ListAsync(default);
            foreach (var ended in statuses.Where(s => s.State == RuntimeState.Exited))
                Console.Error.WriteLine($"{ended.Id} ended with {ended.ExitCode} and is left out: {ended.ExitReason}");
            var running = statuses.Count(s => s.State == RuntimeState.Running);
            Print("gantry", running, await MeasureAsync(
                [Environment.ProcessId, supervisor], async () => (await host.Runtime.SampleAsync(default)).Count, running));
            foreach (var id in ids)
                await host.Runtime.RemoveAsync(id, default);
        }

        List<string> peers = [];
        for (var i = 0; i < docker; i++)
            peers.Add(await Engine.DockerAsync("run", "-d", "stack", "/bin/sh", "-c", "exec sleep 100000"));
        Print("docker stats --no-stream", docker, await MeasureAsync(
            engine, async () => (await Engine.DockerAsync("stats", "--no-stream", "--format", "{{.Name}}")).Split('\n').Length, docker));
        await Engine.DockerAsync(["rm", "-f", .. peers]);
    }

    /// <returns>Median processor milliseconds of a round.</returns>
    private static async Task<double> MeasureAsync(int[] processes, Func<Task<int>> look, int count)
    {
        TimeSpan Used() => processes.Aggregate(TimeSpan.Zero, (sum, process) => sum + ProcessorTime.Of(process));
        List<double> times = [];
        // The first opens the files.
        for (var round = 0; round <= Rounds; round++)
        {
            var before = Used();
            var seen = await look();
            if (seen != count)
                throw new InvalidOperationException($"{seen} of {count} containers were seen.");
            if (round > 0)
                times.Add((Used() - before).TotalMilliseconds);
        }

        times.Sort();
        return times[Rounds / 2];
    }

    private static void Print(string name, int count, double milliseconds) => Console.WriteLine(
        $"| {name} | {count} | {milliseconds:0.0} | {milliseconds * 1000 / count:0} | {milliseconds / _step.TotalMilliseconds * 100 * 500 / count:0.00} |");
}

using System.Diagnostics;
using Gantry.Agent.Runtime;

namespace Gantry.Bench;

/// <summary>
/// A host full of idle containers: what one more costs in time, what each costs in memory and what looking at all of them costs,
/// and how long a hundred take that are ordered at once, beside a service of Docker Swarm.
/// </summary>
internal static class CrowdBench
{
    private const string Idle = "exec sleep 100000";
    private const int AtOnce = 100;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(HostPaths paths, int crowd, int starts)
    {
        var host = await BenchHost.StartAsync(paths);
        await using (host)
        {
            var supervisor = (await host.Facts.GetAsync(default)).SupervisorPid;
            await StartsAsync(host, 5);
            Print("start, nothing else running, ms p50 / p95", await StartsAsync(host, starts));
            await PrintNetworkAsync(host, "nothing else");
            var before = Memory.Of(supervisor);
            var from = Stopwatch.GetTimestamp();
            var ids = new List<string>();
            for (var i = 0; i < crowd; i++)
                ids.Add(await StartAsync(host));
            Console.WriteLine($"| {crowd} started one after the other, s | {Stopwatch.GetElapsedTime(from).TotalSeconds:0.0} |");
            await Task.Delay(TimeSpan.FromSeconds(5));
            Print($"start, {crowd} running, ms p50 / p95", await StartsAsync(host, starts));
            await PrintNetworkAsync(host, $"{crowd}");
            var grown = Memory.Of(supervisor) - before;
            Console.WriteLine($"| memory of supervisor and inits, each of {crowd}, KiB RSS / PSS | {grown.Rss / crowd:0} / {grown.Pss / crowd:0} |");
            Console.WriteLine($"| seen running by the runtime | {(await host.Runtime.ListAsync(default)).Count(s => s.State == RuntimeState.Running)} |");
            await RemoveAsync(host, ids);
            await Task.Delay(TimeSpan.FromSeconds(2));
            from = Stopwatch.GetTimestamp();
            ids = [.. await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => StartAsync(host)))];
            Console.WriteLine($"| {AtOnce} ordered at once, s until the last one runs | {Stopwatch.GetElapsedTime(from).TotalSeconds:0.00} |");
            await RemoveAsync(host, ids);
        }

        await SwarmAsync();
    }

    private static async Task PrintNetworkAsync(BenchHost host, string running) => Console.WriteLine(
        $"| network of a container (namespaces, interfaces, routes, bandwidth), {running} running, ms p50 | {(await host.Facts.GetAsync(default)).NetworkSetup.TotalMilliseconds:0.0} |");

    /// <summary>The engine has to be the manager of a swarm of one.</summary>
    private static async Task SwarmAsync()
    {
        await Engine.DockerAsync("swarm", "init", "--advertise-addr", "127.0.0.1");
        await Engine.DockerAsync("service", "create", "--detach", "--name", "crowd", "--replicas", "1", "--no-resolve-image", "stack", "/bin/sh", "-c", Idle);
        await ReplicasAsync(1);
        var from = Stopwatch.GetTimestamp();
        await Engine.DockerAsync("service", "scale", "--detach", $"crowd={AtOnce + 1}");
        await ReplicasAsync(AtOnce + 1);
        Console.WriteLine($"| docker service scale by {AtOnce}, s until the last one runs | {Stopwatch.GetElapsedTime(from).TotalSeconds:0.00} |");
        await Engine.DockerAsync("service", "rm", "crowd");
        await Engine.DockerAsync("swarm", "leave", "--force");
    }

    private static async Task ReplicasAsync(int count)
    {
        for (var attempt = 0; attempt < 3000; attempt++)
        {
            if ((await Engine.DockerAsync("service", "ls", "--format", "{{.Replicas}}")).StartsWith($"{count}/", StringComparison.Ordinal))
                return;
            await Task.Delay(100);
        }

        throw new TimeoutException($"The service never had {count} containers.");
    }

    private static async Task<List<double>> StartsAsync(BenchHost host, int count)
    {
        List<double> times = [];
        for (var i = 0; i < count; i++)
        {
            var from = Stopwatch.GetTimestamp();
            var id = await StartAsync(host);
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
            await RemoveAsync(host, [id]);
            await Task.Delay(_pause);
        }

        times.Sort();
        return times;
    }

    private static async Task<string> StartAsync(BenchHost host) => (await host.Runtime.StartAsync(host.Spec(Idle), default)).Id.Value;

    private static async Task RemoveAsync(BenchHost host, IReadOnlyList<string> ids)
    {
        foreach (var id in ids)
            await host.Runtime.RemoveAsync(new(id), default);
    }

    private static void Print(string name, List<double> times) =>
        Console.WriteLine($"| {name} | {times[times.Count / 2]:0.0} / {times[(int)(0.95 * (times.Count - 1))]:0.0} |");

    /// <summary>KiB of the supervisor and its children, which are the inits of the containers: what is below them is the tenant's.</summary>
    private readonly record struct Memory(long Rss, long Pss)
    {
        public static Memory operator -(Memory a, Memory b) => new(a.Rss - b.Rss, a.Pss - b.Pss);

        public static Memory Of(int supervisor)
        {
            var (rss, pss) = (0L, 0L);
            foreach (var pid in Directory.GetDirectories($"/proc/{supervisor}/task").SelectMany(t => File.ReadAllText($"{t}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Append($"{supervisor}"))
            {
                foreach (var line in File.ReadLines($"/proc/{pid}/smaps_rollup"))
                {
                    if (line.StartsWith("Rss:", StringComparison.Ordinal))
                        rss += Number(line);
                    else if (line.StartsWith("Pss:", StringComparison.Ordinal))
                        pss += Number(line);
                }
            }

            return new Memory(rss, pss);
        }

        private static long Number(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null);
    }
}

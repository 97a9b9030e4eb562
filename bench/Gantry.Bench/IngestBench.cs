using System.Diagnostics;
using Gantry.Agent.Logs.Syslog;
using Gantry.Agent.Runtime;
using Gantry.Domain;

namespace Gantry.Bench;

/// <summary>
/// Many lines from one container and from a hundred: how fast they are all in the kept log, and what that costs in processor
/// time; beside two log drivers of Docker. Before, the same over TLS, beside rsyslog, from the same sender.
/// </summary>
internal static class IngestBench
{
    private const int LineBytes = 100;
    private static readonly int[] _writers = [1, 100];
    private static readonly string[] _drivers = ["json-file", "local"];

    /// <param name="engineGroup">Control group of the engine and its shims, without the containers.</param>
    /// <param name="rsyslog">Folder with what bench/run.sh prepared: pid, port and output of an rsyslogd that listens with TLS.</param>
    public static async Task RunAsync(HostPaths paths, string writer, long lines, string engineGroup, string rsyslog)
    {
        var host = await BenchHost.StartAsync(paths);
        await using (host)
        {
            var supervisor = (await host.Facts.GetAsync(default)).SupervisorPid;
            foreach (var connections in _writers)
                await SyslogAsync(host, rsyslog, connections, lines);
            using var gate = new Gate();
            foreach (var writers in _writers)
            {
                foreach (var perWrite in new[] { 1, 40 })
                {
                    var own = new Meter(() => ProcessorTime.Of(supervisor) + ProcessorTime.Of(Environment.ProcessId));
                    Print("gantry", $"{writers} × {perWrite}", lines, await OwnAsync(host, gate, writer, writers, lines, perWrite, own));
                    foreach (var driver in _drivers)
                    {
                        var peer = new Meter(() => ProcessorTime.OfGroup(engineGroup));
                        Print($"docker {driver}", $"{writers} × {perWrite}", lines, await DockerAsync(driver, gate, writer, writers, lines, perWrite, peer));
                    }
                }
            }
        }
    }

    private static async Task<Result> OwnAsync(BenchHost host, Gate gate, string writer, int writers, long lines, int perWrite, Meter meter)
    {
        List<ContainerId> ids = [];
        for (var i = 0; i < writers; i++)
        {
            var spec = host.Spec(
                $"read _ < /gate/open; exec /line-writer {lines / writers} {perWrite}", new BindMount(writer, "/line-writer", true), new BindMount(gate.Folder, "/gate", true));
            ids.Add((await host.Runtime.StartAsync(spec, default)).Id);
        }

        meter.Start();
        gate.Open(writers);
        foreach (var id in ids)
            await host.Runtime.WaitAsync(id, default);
        var (seconds, processor) = meter.Stop();
        foreach (var id in ids)
            await host.Runtime.RemoveAsync(id, default);
        return new Result(seconds, processor, ids.Sum(id => host.KeptBytes(id) / LineBytes));
    }

    private static async Task<Result> DockerAsync(string driver, Gate gate, string writer, int writers, long lines, int perWrite, Meter meter)
    {
        // Its files are turned over at 20 MB by default, and lines that were kept would be counted as lost.
        List<string> start = ["run", "-d", "--log-driver", driver, "--log-opt", "max-size=10g", "-v", $"{writer}:/line-writer:ro", "-v", $"{gate.Folder}:/gate",
            "stack", "/bin/sh", "-c", $"read _ < /gate/open; exec /line-writer {lines / writers} {perWrite}"];
        List<string> ids = [];
        for (var i = 0; i < writers; i++)
            ids.Add(await Engine.DockerAsync([.. start]));
        meter.Start();
        gate.Open(writers);
        await Engine.DockerAsync(["wait", .. ids]);
        var (seconds, processor) = meter.Stop();
        var kept = 0L;
        foreach (var id in ids)
            kept += await CountAsync(id);
        await Engine.DockerAsync(["rm", "-f", .. ids]);
        return new Result(seconds, processor, kept);
    }

    private static async Task<long> CountAsync(string id)
    {
        using var logs = Process.Start(new ProcessStartInfo("sh", ["-c", $"docker logs {id} | wc -l"]) { RedirectStandardOutput = true })!;
        return long.Parse(await logs.StandardOutput.ReadToEndAsync(), null);
    }

    private static async Task SyslogAsync(BenchHost host, string rsyslog, int connections, long lines)
    {
        var run = $"{Environment.ProcessId}-{connections}";
        var names = Enumerable.Range(0, connections).Select(i => $"tls-{run}-{i}").ToList();
        var tags = names.Select(name => host.Syslog.Register(new SyslogSource(new AppId("ap-bench"), "tls", new ContainerId(name)))).ToList();
        var own = await SendAsync(
            host.Syslog.SecureEndpoint.Port, lines, tags, new Meter(() => ProcessorTime.Of(Environment.ProcessId)),
            () => names.Sum(name => host.KeptBytes(new ContainerId(name)) / LineBytes));
        tags.ForEach(host.Syslog.Complete);
        Print("gantry, syslog over TLS", $"{connections} connections", lines, own);

        var (pid, port, output) = (int.Parse(File.ReadAllText($"{rsyslog}/pid"), null), int.Parse(File.ReadAllText($"{rsyslog}/port"), null), $"{rsyslog}/output");
        var before = Length(output);
        // What it writes of a line is the line and its end.
        Print("rsyslog over TLS", $"{connections} connections", lines, await SendAsync(
            port, lines, tags, new Meter(() => ProcessorTime.Of(pid)), () => (Length(output) - before) / LineBytes));
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    /// <summary>Sends from another process, whose time counts for nobody, until all is kept or nothing comes any more.</summary>
    private static async Task<Result> SendAsync(int port, long lines, IReadOnlyList<string> tags, Meter meter, Func<long> kept)
    {
        using var sender = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["send", $"{port}", $"{lines}", .. tags])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await sender.StandardOutput.ReadLineAsync();
        meter.Start();
        await sender.StandardInput.WriteLineAsync("go");
        sender.StandardInput.Close();
        var (count, seen) = (0L, Stopwatch.GetTimestamp());
        while (count < lines && Stopwatch.GetElapsedTime(seen) < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(5);
            var now = kept();
            if (now > count)
                (count, seen) = (now, Stopwatch.GetTimestamp());
        }

        var (seconds, processor) = meter.Stop();
        await sender.WaitForExitAsync();
        return new Result(seconds, processor, count);
    }

    private static void Print(string name, string what, long lines, Result result) => Console.WriteLine(
        $"| {name} | {what} | {lines / result.Seconds:0} | {result.Processor.TotalSeconds * 1e6 / lines:0.00} | {lines - result.Kept} |");

    private readonly record struct Result(double Seconds, TimeSpan Processor, long Kept);

    /// <summary>Wall time and the processor time that a platform takes meanwhile.</summary>
    private sealed class Meter(Func<TimeSpan> processor)
    {
        private TimeSpan _before;
        private long _from;

        public void Start() => (_before, _from) = (processor(), Stopwatch.GetTimestamp());

        public (double Seconds, TimeSpan Processor) Stop() => (Stopwatch.GetElapsedTime(_from).TotalSeconds, processor() - _before);
    }
}

using System.Diagnostics;
using Gantry.Agent.Logs;
using Gantry.Linux.Pipes;
using Gantry.Logs.Tests.Support;

namespace Gantry.Logs.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 50;
    private static readonly string[] _sources = ["web-1", "worker-1"];
    private readonly Scratch _scratch = new();
    private readonly Kept _kept;
    private readonly Random _random = new();

    public KillTests() => _kept = new Kept(_scratch, options => options.HotBytesPerApp = 1L << 40);

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task ReaderAndPump_KilledAtFiftyRandomMoments_FollowerLosesAndRepeatsNothing()
    {
        // Held open as a container's side does: what is in the FIFO lives as long as the container.
        var held = _sources.Select(source => Fifo.Open(_scratch.Path(source))).ToList();
        var writers = _sources.Select(Write).ToList();
        var (pump, reader) = (StartPump(), StartReader());
        for (var kill = 0; kill < Kills; kill++)
        {
            await RandomMoment();
            var victims = _random.Next(3);
            if (victims != 1) pump = await Kill(pump, StartPump);
            if (victims != 0) reader = await Kill(reader, StartReader);
        }
        await File.WriteAllTextAsync(_scratch.Path("stop"), "", TestContext.Current.CancellationToken);
        var counts = new List<int>();
        foreach (var writer in writers) counts.Add(int.Parse(await writer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)));
        try
        {
            await Until.TrueAsync(() => Followed().Count >= counts.Sum(), $"the follower has seen all {counts.Sum()} lines");
        }
        finally
        {
            await End(pump);
            await End(reader);
            held.ForEach(fifo => fifo.Dispose());
        }

        var followed = Followed().ToLookup(line => line.Source, line => line);
        foreach (var (source, count) in _sources.Zip(counts)) AssertWhole([.. followed[source]], count);
        Assert.Contains(Directory.GetFiles(_kept.Spool("web-1")), path => path.EndsWith(".zst"));
    }

    private static void AssertWhole(List<(LogPosition Position, string Source, string Text)> lines, int count)
    {
        Assert.InRange(count, 10_000, int.MaxValue);
        Assert.Equal(count, lines.Count);
        for (var i = 0; i < count; i++) Assert.Equal($"line {i} of a numbered stream", lines[i].Text);
        Assert.Equal(Enumerable.Range(1, count).Select(n => (long)n), lines.Select(line => line.Position.Lines));
        for (var i = 1; i < count; i++) Assert.True(lines[i].Position.Offset > lines[i - 1].Position.Offset);
    }

    private Process Write(string source) => Shell.Start(
        $$"""
        i=0
        while [ ! -e {{_scratch.Path("stop")}} ]; do
            n=0
            while [ $n -lt 200 ]; do echo "line $i of a numbered stream"; i=$((i+1)); n=$((n+1)); done
            sleep 0.01
        done 1<>{{_scratch.Path(source)}}
        echo $i
        """);

    private Process StartPump() => PumpProcess.Start([.. _sources.SelectMany(source => new[] { _scratch.Path(source), _kept.Spool(source) })]);

    private Process StartReader() => ReaderProcess.Start(_scratch.Path("logs"), _scratch.Path("followed"));

    private static async Task<Process> Kill(Process process, Func<Process> again)
    {
        // It is at work before it dies, or the moments would not be random.
        await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        await RandomMoment();
        await End(process);
        return again();
    }

    private static Task RandomMoment() => Task.Delay(Random.Shared.Next(40), TestContext.Current.CancellationToken);

    private static async Task End(Process process)
    {
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.Dispose();
    }

    private List<(LogPosition Position, string Source, string Text)> Followed()
    {
        using var file = new FileStream(_scratch.Path("followed"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var text = new StreamReader(file).ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n')[..^1].Select(Parse)];
    }

    private static (LogPosition, string, string) Parse(string line)
    {
        var parts = line.Split('\t');
        return (LogPosition.Parse(parts[0]), parts[1], parts[2]);
    }
}

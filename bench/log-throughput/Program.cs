using System.Diagnostics;
using Gantry.Linux.Pipes;
using Gantry.LogThroughput;
using Gantry.Supervisor;
using Gantry.Supervisor.Logs;

// log-throughput [LINES] [DIRECTORY]: one process writes lines of 100 bytes to a FIFO, the supervisor's pump keeps
// them; prints lines/s until the last one is in its segment. log-throughput write LINES PER_WRITE: only the writer.
if (args is ["write", var count, var each])
{
    LineWriter.Write(long.Parse(count), int.Parse(each));
    return 0;
}

var lines = args.Length > 0 ? long.Parse(args[0]) : 10_000_000;
var directory = Directory.CreateDirectory(Path.Combine(args.Length > 1 ? args[1] : Path.GetTempPath(), $"log-throughput-{Environment.ProcessId}"));
try
{
    Console.WriteLine($"{"100-byte lines a write(2)",-26} {"lines/s",12} {"MB/s",8} {"lost",6}");
    foreach (var perWrite in new[] { 1, 40, 640 }) Measure(perWrite);
    return 0;
}
finally
{
    directory.Delete(recursive: true);
}

void Measure(int perWrite)
{
    var (fifo, spool) = (Path.Combine(directory.FullName, $"fifo-{perWrite}"), Path.Combine(directory.FullName, $"spool-{perWrite}"));
    using var loop = new EventLoop(TimeProvider.System);
    using var pump = new LogPump(loop, new SpoolLimits(), TimeProvider.System, Console.Error.WriteLine);
    pump.Add("bench", fifo, spool);
    using var writer = LineWriter.Start(fifo, lines, perWrite);
    var started = Stopwatch.GetTimestamp();
    WhenExited();
    loop.Run();
    pump.Complete("bench");
    var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    Console.WriteLine($"{perWrite,-26} {lines / seconds,12:N0} {lines / seconds / 10_000,8:N0} {lines - Kept(spool),6}");

    void WhenExited() => loop.After(TimeSpan.FromMilliseconds(5), writer.HasExited ? loop.Stop : WhenExited);
}

// Position of the last byte: the bound removes old segments, but no byte is skipped.
static long Kept(string spool)
{
    var last = SpoolFiles.List(spool)[^1];
    return (last.Start + last.DataBytes) / LineWriter.LineBytes;
}

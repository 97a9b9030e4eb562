using System.Diagnostics;
using System.Runtime.CompilerServices;
using Gantry.Linux.Pipes;
using Gantry.Supervisor;
using Gantry.Supervisor.Logs;

namespace Gantry.Logs.Tests.Support;

/// <summary>The pump in a process of its own, to be killed: this test program, told by a variable to be a pump.</summary>
internal static class PumpProcess
{
    private const string Variable = "GANTRY_TEST_PUMP";

    /// <summary>One FIFO and its spool, or several of each.</summary>
    public static Process Start(params string[] fifosAndSpools)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(PumpProcess).Assembly.Location);
        start.Environment[Variable] = string.Join('|', fifosAndSpools);
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void BePump()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('|') is not { } pairs) return;
        using var loop = new EventLoop(TimeProvider.System);
        using var pump = new LogPump(loop, new SpoolLimits { SegmentBytes = 64 << 10, SpoolBytes = 1L << 40 }, TimeProvider.System, Console.Error.WriteLine);
        foreach (var pair in pairs.Chunk(2)) pump.Add(pair[1], pair[0], pair[1]);
        Console.WriteLine("pumping");
        loop.Run();
        Environment.Exit(0);
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Gantry.Agent.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gantry.Logs.Tests.Support;

/// <summary>
/// The reading side in a process of its own, to be killed: follows from the last position it wrote down, and compacts
/// all the while. Each line goes to a file with its position, in one write.
/// </summary>
internal static class ReaderProcess
{
    private const string Variable = "GANTRY_TEST_READER";

    public static Process Start(string logs, string output)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(ReaderProcess).Assembly.Location);
        start.Environment[Variable] = $"{logs}|{output}";
        return Process.Start(start)!;
    }

    [ModuleInitializer]
    internal static void BeReader()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split('|') is not [var logs, var output]) return;
        Read(logs, output);
        Environment.Exit(0);
    }

    /// <summary>On this thread only: others wait for the end of a module's initializer before they may enter the module.</summary>
    private static void Read(string logs, string output)
    {
        using var file = new FileStream(output, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        var cursor = Resume(file);
        var options = Options.Create(new AppLogOptions { Directory = logs, HotBytesPerApp = 1L << 40, CompactEvery = TimeSpan.FromMilliseconds(20) });
        using var platform = new PlatformLog(options, TimeProvider.System, NullLogger<PlatformLog>.Instance);
        using var disk = new LogDisk();
        using var compactor = new LogCompactor(options, disk, TimeProvider.System, NullLogger<LogCompactor>.Instance);
        compactor.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        Console.WriteLine("reading");
        var lines = new AppLog(options, platform, TimeProvider.System).FollowAsync(Kept.App, LogFilter.All, cursor, CancellationToken.None).GetAsyncEnumerator();
        while (lines.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            file.Write(Encoding.UTF8.GetBytes($"{lines.Current.Position}\t{lines.Current.Source}\t{lines.Current.Text}\n"));
    }

    /// <summary>What the process before wrote whole counts; a torn last line does not.</summary>
    private static LogCursor Resume(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        file.SetLength(bytes.AsSpan().LastIndexOf((byte)'\n') + 1);
        file.Position = file.Length;
        var cursor = new LogCursor();
        foreach (var line in Encoding.UTF8.GetString(bytes.AsSpan(0, (int)file.Length)).Split('\n')[..^1])
            cursor.Pass(LogPosition.Parse(line[..line.IndexOf('\t')]));
        return cursor;
    }
}

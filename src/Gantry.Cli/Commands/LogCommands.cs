using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Cli.Streams;

namespace Gantry.Cli.Commands;

internal static class LogCommands
{
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what comes" };
    private static readonly Option<int> Lines = new("--lines", "-n") { Description = "How many past lines (default: 20)", HelpName = "N", DefaultValueFactory = _ => 20 };
    private static readonly Option<string?> Filter = new("--filter", "-F") { Description = "Only these sources, such as web, web-1, router or 'web|worker'", HelpName = "FILTER" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand("Logs and metrics", "logs", "Show and follow the log of an app")
            {
                Details = "A followed log survives lost connections: it goes on after the last line that was shown.",
                Examples =
                [
                    "gantry logs -n 100",
                    "gantry logs -f --filter web-1",
                    "gantry logs -F 'web|worker' -n 1000 | grep ERROR",
                    "gantry logs -f --format json | jq -r .text",
                ],
            },
            RunAsync, Follow, Lines, Filter),
    ];

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var source = new LogSource(invocation.Api, invocation.AppPath, LogFilter.Check(invocation.Get(Filter)));
        var lines = invocation.Get(Lines);
        if (lines < 0)
            throw new CliError(ExitCode.Usage, "-n takes a number of lines, 0 or more.");
        if (invocation.Get(Follow))
            await new LogFollower(source, line => PrintAtOnce(invocation, line), invocation.Shell).RunAsync(lines, token);
        else
            await DumpAsync(invocation, source, lines, token);
        return ExitCode.Success;
    }

    private static async Task DumpAsync(Invocation invocation, LogSource source, int lines, CancellationToken token)
    {
        var all = await source.DumpAsync(lines, token);
        if (invocation.Json || invocation.Shell.Colours)
            PrintEach(invocation, all);
        else
            Pass(invocation.Shell, all);
        if (all.Length == 0 && lines > 0)
            invocation.Print.Say($"No log line of {invocation.App} yet{(invocation.Get(Filter) is { } filter ? $" from {filter}" : "")}.");
    }

    private static void PrintEach(Invocation invocation, byte[] lines)
    {
        using var reader = new StreamReader(new MemoryStream(lines));
        while (reader.ReadLine() is { } line)
            Print(invocation, line);
    }

    /// <summary>Nothing is to be changed, so nothing is taken apart: they may be many.</summary>
    private static void Pass(Shell shell, byte[] lines)
    {
        shell.Out.Flush();
        shell.RawOut.Write(lines);
    }

    /// <summary>A pipe buffers, and who follows a log through one wants the line now.</summary>
    private static void PrintAtOnce(Invocation invocation, string line)
    {
        Print(invocation, line);
        invocation.Shell.Out.Flush();
    }

    private static void Print(Invocation invocation, string line)
    {
        if (invocation.Json)
            invocation.Print.Line(LogLine.Parse(line), CliJson.Default.LogRecord);
        else
            invocation.Shell.Out.WriteLine(invocation.Shell.Colours ? LogLine.Paint(line) : line);
    }
}

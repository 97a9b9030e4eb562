using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class StatsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly Option<bool> Stream = new("--stream", "-s") { Description = "Again every 10 seconds, until Ctrl-C" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Logs and metrics", "stats", "Show what the containers use: CPU, memory, swap")
        {
            Details = "CPU is in percent of one core, so it can exceed 100.",
            Examples = ["gantry stats", "gantry stats --stream", "gantry stats --format json | jq '.[] | {id, cpu_usage}'"],
        },
        RunAsync, Stream);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        await ShowAsync(invocation, token);
        while (invocation.Get(Stream))
        {
            await Task.Delay(Interval, invocation.Shell.Time, token);
            if (invocation.Shell.Colours && !invocation.Json)
                invocation.Shell.Out.Write("\e[H\e[2J");
            await ShowAsync(invocation, token);
        }

        return ExitCode.Success;
    }

    private static async Task ShowAsync(Invocation invocation, CancellationToken token)
    {
        var stats = (await invocation.Api.GetAsync($"{invocation.AppPath}/stats", V1Json.Default.StatsReply, token)).Stats;
        if (invocation.Json && invocation.Get(Stream))
            invocation.Print.Line(stats, V1Json.Default.IReadOnlyListStatResource);
        else
            invocation.Print.Result(stats, V1Json.Default.IReadOnlyListStatResource, () => Print(invocation, stats));
        invocation.Shell.Out.Flush();
    }

    private static void Print(Invocation invocation, IReadOnlyList<StatResource> stats)
    {
        if (stats.Count == 0)
            invocation.Print.Say($"{invocation.App} has no running containers.");
        else
            invocation.Print.Table(["Name", "CPU", "Memory", "Peak", "Swap"], [.. stats.Select(Row)]);
    }

    private static Cell[] Row(StatResource s) =>
    [
        s.Id, $"{s.CpuUsage} %",
        Share(s.MemoryUsage, s.MemoryLimit), Human.Bytes(s.HighestMemoryUsage), Share(s.SwapUsage, s.SwapLimit),
    ];

    private static Cell Share(long used, long limit)
    {
        var percent = limit == 0 ? 0 : (int)(100 * used / limit);
        return new Cell($"{Human.Bytes(used)} of {Human.Bytes(limit)} ({percent} %)", percent >= 90 ? "red" : percent >= 75 ? "yellow" : null);
    }
}

using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>Empties a host, and shows how far that is.</summary>
internal static class DrainCommand
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);
    private static readonly Option<int?> _atOnce = new("--at-once") { Description = "Moves under way at once, up to 100 (default: as configured, 4)", HelpName = "N" };
    private static readonly Option<bool> _noWait = new("--no-wait") { Description = "Return at once; the platform goes on" };

    public static GantryCommand Create(CommandFactory factory, Argument<string> name) => factory.Create(
        new GantryCommand(HostCommands.Group, "drain", "Move everything away from a host, and keep it empty")
        {
            Details =
                "Each container is started elsewhere first; when it is ready there it gets the requests, and the old one ends. What finds no room stays and is moved as soon as there is some. Ctrl-C ends the watching only; gantry hosts uncordon ends the drain.",
            Examples = ["gantry hosts drain box-2", "gantry hosts drain box-2 && gantry hosts remove box-2", "gantry hosts drain box-2 --at-once 10 --no-wait", "gantry hosts drain box-2 --no-wait --format json"],
        },
        (i, t) => RunAsync(i, i.Get(name), t), name, _atOnce, _noWait);

    private static async Task<ExitCode> RunAsync(Invocation invocation, string host, CancellationToken token)
    {
        var path = $"{HostCommands.At(host)}/drain";
        var request = new DrainHostRequest(new DrainHostBody(invocation.Get(_atOnce)));
        var drain = (await invocation.Api.PostAsync(path, request, AdminJson.Default.DrainHostRequest, AdminJson.Default.DrainReply, token)).Drain;
        for (var told = ""; !invocation.Get(_noWait) && drain.Status != "drained"; drain = (await invocation.Api.GetAsync(path, AdminJson.Default.DrainReply, token)).Drain)
        {
            if (Progress(drain) is var now && now != told)
                invocation.Print.Say(told = now);
            await Task.Delay(_pause, invocation.Shell.Time, token);
        }

        invocation.Print.Result(drain, AdminJson.Default.DrainResource, () => Print(invocation, drain));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, DrainResource drain)
    {
        if (drain.Status == "drained")
        {
            invocation.Print.Say($"{drain.Host} is drained: {drain.Moved} moved. To take it out of the cluster: gantry hosts remove {drain.Host}. To use it again: gantry hosts uncordon {drain.Host}");
            return;
        }

        invocation.Print.Table(["App", "Container", "State", "To", "Why"], [.. drain.Containers.Select(Row)]);
        invocation.Print.Say($"{Progress(drain)}. It goes on; watch it with: gantry hosts drain {drain.Host}");
    }

    private static Cell[] Row(DrainContainer c) => [c.App ?? "-", c.Label, Cell.Status(c.State), c.To ?? "-", c.Why ?? ""];

    /// <summary>In one line, with why each that can't be moved stays: "moved 7 of 12, 2 under way, 1 cannot: …".</summary>
    private static string Progress(DrainResource drain)
    {
        var cannot = drain.Containers.Where(c => c.State == "cannot").ToList();
        var moving = drain.Containers.Count(c => c.State == "moving");
        return $"moved {drain.Moved} of {drain.Total}" + (moving > 0 ? $", {moving} under way" : "")
            + (cannot.Count > 0 ? $", {cannot.Count} cannot: {string.Join("; ", cannot.Select(c => $"{c.Label} of {c.App ?? "no app"}: {c.Why}"))}" : "");
    }
}

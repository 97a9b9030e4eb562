using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class LogArchiveCommands
{
    private static readonly Option<int> Page = new("--page", "-p") { Description = "Which page (default: 1)", HelpName = "N", DefaultValueFactory = _ => 1 };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand("Logs and metrics", "logs-archives", "List what has left the log of an app")
            {
                Details = "Each address works for an hour and gives a file compressed with gzip: the lines of one container or other source, newest archives first.",
                Examples = ["gantry logs-archives", "gantry logs-archives --page 2", "curl -s \"$(gantry logs-archives --format json | jq -r '.archives[0].url')\" | zcat"],
            },
            ListAsync, Page),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var page = invocation.Get(Page);
        var reply = await invocation.Api.GetAsync($"{invocation.AppPath}/logs_archives?page={page}", V1Json.Default.LogsArchivesReply, token);
        invocation.Print.Result(reply, V1Json.Default.LogsArchivesReply, () =>
        {
            if (reply.Archives.Count == 0)
                invocation.Print.Say($"{invocation.App} has no {(page == 1 ? "" : "more ")}log archives: its log is all there is.");
            else
                invocation.Print.Table(["From", "To", "Size", "Address"], [.. reply.Archives.Select(a => (Cell[])[a.From, a.To, Human.Bytes(a.Size), a.Url])]);
            if (reply.HasMore)
                invocation.Print.Say($"There are more: gantry logs-archives --page {reply.NextCursor}");
        });
        return ExitCode.Success;
    }
}

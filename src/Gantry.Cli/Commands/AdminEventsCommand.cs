using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

/// <summary>Who did what to hosts and to the cluster.</summary>
internal static class AdminEventsCommand
{
    private static readonly Option<int> Count = new("--lines", "-n") { Description = "How many events (default: 30)", HelpName = "N", DefaultValueFactory = _ => 30 };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Operators", "events", "Show what operators did to hosts and to the cluster, newest first")
        {
            Details = "What was done to apps is in the timeline of their owners: gantry events.",
            Examples = ["gantry admin events", "gantry admin events -n 100 --format json | jq '.[] | select(.type==\"remove_host\")'"],
        },
        RunAsync, Count);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var path = $"{AdminApi.Prefix}/events?page=1&per_page={invocation.Get(Count)}";
        var events = (await invocation.Api.GetAsync(path, V1Json.Default.EventsReply, token)).Events;
        invocation.Print.Result(events, V1Json.Default.IReadOnlyListEventResource, () =>
        {
            if (events.Count == 0)
                invocation.Print.Say("Nothing happened yet.");
            else
                invocation.Print.Table(["When", "What", "Who", "Details"], [.. events.Select(e => (Cell[])
                    [Human.Time(e.CreatedAt), e.Type, e.User?.Username, EventText.Details(e.TypeData)])]);
        });
        return ExitCode.Success;
    }
}

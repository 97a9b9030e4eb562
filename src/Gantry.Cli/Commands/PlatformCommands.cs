using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class PlatformCommands
{
    private static readonly Argument<string> Stack = new("stack") { Description = "Name or ID of the stack" };
    private static readonly Option<int> Count = new("--lines", "-n") { Description = "How many events (default: 30)", HelpName = "N", DefaultValueFactory = _ => 30 };
    private static readonly Option<bool> Mine = new("--all") { Description = "Of all your apps" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        Timeline(factory),
        factory.Create(
            new GantryCommand("Platform", "stacks", "List the base images") { Examples = ["gantry stacks"] },
            StacksAsync),
        factory.Create(
            new GantryCommand("Platform", "stacks-set", "Change the base image of an app")
            {
                Details = "Takes effect with the next deployment, which builds from scratch.",
                Examples = ["gantry stacks-set gantry-12 --app my-app"],
            },
            SetStackAsync, Stack),
        factory.Create(
            new GantryCommand("Platform", "sizes", "List the container sizes") { Examples = ["gantry sizes"] },
            SizesAsync),
    ];

    public static async Task<StackResource> FindStackAsync(Invocation invocation, string name, CancellationToken token)
    {
        var stacks = (await invocation.Api.GetAsync("/v1/features/stacks", V1Json.Default.StacksReply, token)).Stacks;
        return stacks.FirstOrDefault(s => s.Name == name || s.Id == name)
            ?? throw new CliError(ExitCode.NotFound, $"There is no stack {name}.", "There are: " + string.Join(", ", stacks.Select(s => s.Name)));
    }

    private static GantryCommand Timeline(CommandFactory factory)
    {
        var command = factory.Create(
            new GantryCommand("Logs and metrics", "events", "Show what happened to an app, newest first")
            {
                Examples = ["gantry events", "gantry timeline --all -n 100"],
            },
            EventsAsync, Count, Mine);
        command.Aliases.Add("timeline");
        return command;
    }

    private static async Task<ExitCode> EventsAsync(Invocation invocation, CancellationToken token)
    {
        var path = invocation.Get(Mine) ? "/v1/events" : invocation.AppPath + "/events";
        var events = (await invocation.Api.GetAsync($"{path}?page=1&per_page={invocation.Get(Count)}", V1Json.Default.EventsReply, token)).Events;
        invocation.Print.Result(events, V1Json.Default.IReadOnlyListEventResource, () =>
        {
            if (events.Count == 0)
                invocation.Print.Say("Nothing happened yet.");
            else
                PrintEvents(invocation, events);
        });
        return ExitCode.Success;
    }

    /// <summary>The app is named where it is not known from the command line.</summary>
    private static void PrintEvents(Invocation invocation, IReadOnlyList<EventResource> events)
    {
        if (invocation.Get(Mine))
            invocation.Print.Table(["When", "App", "What", "Who", "Details"], [.. events.Select(e => (Cell[])
                [Human.Time(e.CreatedAt), e.AppName, e.Type, e.User?.Username, EventText.Details(e.TypeData)])]);
        else
            invocation.Print.Table(["When", "What", "Who", "Details"], [.. events.Select(e => (Cell[])
                [Human.Time(e.CreatedAt), e.Type, e.User?.Username, EventText.Details(e.TypeData)])]);
    }

    private static async Task<ExitCode> StacksAsync(Invocation invocation, CancellationToken token)
    {
        var stacks = (await invocation.Api.GetAsync("/v1/features/stacks", V1Json.Default.StacksReply, token)).Stacks;
        invocation.Print.Result(stacks, V1Json.Default.IReadOnlyListStackResource, () => invocation.Print.Table(
            ["Name", "Base image", "Description", "Default", "Deprecated"],
            [.. stacks.Select(s => (Cell[])[s.Name, s.BaseImage, s.Description, s.Default ? "yes" : "", s.DeprecatedAt])]));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> SetStackAsync(Invocation invocation, CancellationToken token)
    {
        var stack = await FindStackAsync(invocation, invocation.Get(Stack), token);
        var request = new UpdateAppRequest { App = new AppSettings { StackId = stack.Id } };
        var app = (await invocation.Api.PatchAsync(invocation.AppPath, request, V1Json.Default.UpdateAppRequest, V1Json.Default.AppReply, token)).App;
        invocation.Print.Done(app, V1Json.Default.AppResource, $"{app.Name} is on {stack.Name} from its next deployment on.");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> SizesAsync(Invocation invocation, CancellationToken token)
    {
        var sizes = (await invocation.Api.GetAsync("/v1/features/container_sizes", V1Json.Default.ContainerSizesReply, token)).ContainerSizes;
        invocation.Print.Result(sizes, V1Json.Default.IReadOnlyListContainerSizeResource, () => invocation.Print.Table(
            ["Name", "CPU", "Memory", "Swap", "Processes"],
            [.. sizes.OrderBy(s => s.Ordinal).Select(s => (Cell[])[s.Name, s.HumanCpu, Human.Bytes(s.Memory), Human.Bytes(s.Swap), s.PidsLimit])]));
        return ExitCode.Success;
    }
}

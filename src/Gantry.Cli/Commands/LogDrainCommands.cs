using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class LogDrainCommands
{
    private const string Group = "Logs and metrics";

    private static readonly Option<string> Type = Text("--type", "What kind of service it is", "TYPE");
    private static readonly Option<string?> Address = Optional("--address", "Address of a syslog or Elastic receiver", "URL");
    private static readonly Option<string?> Host = Optional("--host", "Host of a syslog, Papertrail or OVH receiver", "HOST");
    private static readonly Option<string?> Port = Optional("--port", "Port of that host", "PORT");
    private static readonly Option<string?> Token = Optional("--token", "Token of the service", "TOKEN");
    private static readonly Option<string?> Region = Optional("--drain-region", "Region of Datadog", "REGION");
    private static readonly Argument<string> Url = new("url") { Description = "Address of the drain, as log-drains shows it" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "log-drains", "List where the log of an app is sent")
            {
                Details = "The addresses hold the credentials of the services.",
                Examples = ["gantry log-drains", "gantry log-drains --format json"],
            },
            ListAsync),
        factory.Create(
            new GantryCommand(Group, "log-drains-add", "Send the log of an app to a log service")
            {
                Details =
                    "Every line from now on is sent. Types: appsignal, betterstack, datadog, elk, logtail, ovh-graylog, papertrail, syslog.\n" +
                    "Addresses of syslog: udp://HOST:PORT, tcp://HOST:PORT or tcp+tls://HOST:PORT. A receiver that refuses ten times in a row " +
                    "is not tried for 5 minutes, then 10, 15 and so on; its lines wait in the log meanwhile.",
                Examples =
                [
                    "gantry log-drains-add --type syslog --address tcp+tls://logs.example.org:6514",
                    "gantry log-drains-add --type papertrail --host logs3.papertrailapp.com --port 12345",
                    "gantry log-drains-add --type datadog --token 0123abcd --drain-region datadoghq.eu",
                    "gantry log-drains-add --type elk --address https://user:password@elastic.example.org:9243",
                ],
            },
            AddAsync, Type, Address, Host, Port, Token, Region),
        factory.Create(
            new GantryCommand(Group, "log-drains-remove", "Stop sending the log of an app to a service")
            {
                Examples = ["gantry log-drains-remove tcp+tls://logs.example.org:6514"],
            },
            RemoveAsync, Url),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var drains = (await invocation.Api.GetAsync($"{invocation.AppPath}/log_drains", V1Json.Default.LogDrainsReply, token)).Drains;
        invocation.Print.Result(drains, V1Json.Default.IReadOnlyListLogDrainResource, () =>
        {
            if (drains.Count == 0)
                invocation.Print.Say($"{invocation.App} has no log drains. Add one: gantry log-drains-add --type TYPE …");
            foreach (var drain in drains)
                invocation.Print.Data(drain.Url);
        });
        return ExitCode.Success;
    }

    private static async Task<ExitCode> AddAsync(Invocation invocation, CancellationToken token)
    {
        var request = new CreateLogDrainRequest(new CreateLogDrainBody(
            invocation.Get(Type), invocation.Get(Address), invocation.Get(Host), invocation.Get(Port), invocation.Get(Token), invocation.Get(Region)));
        var drain = (await invocation.Api.PostAsync(
            $"{invocation.AppPath}/log_drains", request, V1Json.Default.CreateLogDrainRequest, V1Json.Default.LogDrainReply, token)).Drain;
        invocation.Print.Done(drain, V1Json.Default.LogDrainResource, $"From now on the log of {invocation.App} goes to {drain.Url} too.");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> RemoveAsync(Invocation invocation, CancellationToken token)
    {
        var url = invocation.Get(Url);
        await invocation.Api.DeleteAsync($"{invocation.AppPath}/log_drains?url={Uri.EscapeDataString(url)}", token);
        invocation.Print.Done(new LogDrainResource(invocation.App, url), V1Json.Default.LogDrainResource, $"The log of {invocation.App} is not sent to {url} any more.");
        return ExitCode.Success;
    }

    private static Option<string> Text(string name, string description, string help) => new(name) { Description = description, HelpName = help, Required = true };

    private static Option<string?> Optional(string name, string description, string help) => new(name) { Description = description, HelpName = help };
}

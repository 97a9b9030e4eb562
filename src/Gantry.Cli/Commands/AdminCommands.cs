using System.CommandLine;
using Gantry.Cli.CommandLine;

namespace Gantry.Cli.Commands;

internal static class AdminCommands
{
    private const string Group = "Operators";

    public static GantryCommand Create(CommandFactory factory)
    {
        var admin = new GantryCommand(Group, "admin", "Run the platform: users, stacks, hosts, usage, events, doctor")
        {
            Details = "These need the account of an operator; doctor works without one, on the server itself.",
            Examples = ["gantry admin doctor", "gantry admin user-add alice alice@example.com", "gantry admin hosts"],
        };
        foreach (var command in Commands(factory))
            admin.Add(command);
        return admin;
    }

    private static IEnumerable<Command> Commands(CommandFactory factory) =>
    [
        .. AdminUserCommands.Create(factory),
        .. AdminTokenCommands.Create(factory),
        .. AdminStackCommands.Create(factory),
        .. AdminAppCommands.Create(factory),
        HostCommands.CreateList(factory, "gantry admin hosts"),
        AdminBandwidthCommand.Create(factory),
        AdminUsageCommand.Create(factory),
        AdminEventsCommand.Create(factory),
        DoctorCommand.Create(factory),
    ];
}

using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

internal static class AdminCommands
{
    private const string Group = "Operators";

    public static GantryCommand Create(CommandFactory factory)
    {
        var admin = new GantryCommand(Group, "admin", "Run the platform: users, stacks, hosts, usage, doctor")
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
        factory.Create(
            new GantryCommand(Group, "hosts", "List the hosts, what they have and what is promised") { Examples = ["gantry admin hosts"] },
            HostsAsync),
        AdminBandwidthCommand.Create(factory),
        AdminUsageCommand.Create(factory),
        DoctorCommand.Create(factory),
    ];

    private static async Task<ExitCode> HostsAsync(Invocation invocation, CancellationToken token)
    {
        var hosts = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/hosts", AdminJson.Default.HostsReply, token)).Hosts;
        invocation.Print.Result(hosts, AdminJson.Default.IReadOnlyListHostResource, () => invocation.Print.Table(
            ["Name", "Status", "CPUs", "Load", "Memory free", "Promised", "Disk free", "Containers", "Apps"],
            [.. hosts.Select(Row)]));
        return ExitCode.Success;
    }

    private static Cell[] Row(HostResource h) =>
    [
        h.Name, Cell.Status(h.Status), h.Cpus, FormattableString.Invariant($"{h.Load:0.00}"),
        $"{Human.Bytes(h.MemoryAvailable)} of {Human.Bytes(h.MemoryTotal)}", Human.Bytes(h.MemoryReserved),
        $"{Human.Bytes(h.DiskFree)} of {Human.Bytes(h.DiskTotal)}", $"{h.RunningContainers} of {h.Containers}", h.Apps,
    ];
}

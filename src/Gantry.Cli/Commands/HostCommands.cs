using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>The machines, for operators.</summary>
internal static class HostCommands
{
    public const string Group = "Operators";

    internal const string Hosts = $"{AdminApi.Prefix}/hosts";
    private static readonly Argument<string> Name = new("host") { Description = "ID of the host, as gantry hosts shows it" };
    private static readonly Argument<string[]> Labels = new("label") { Description = "Labels to set (disk=ssd) or to remove (disk-)", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Class = new("--class") { Description = "Kind of machine; how much may be promised is configured by class", HelpName = "NAME" };
    private static readonly Option<string?> Zone = new("--zone") { Description = "What fails together", HelpName = "NAME" };

    public static GantryCommand Create(CommandFactory factory)
    {
        var hosts = CreateList(factory, "gantry hosts");
        foreach (var command in Commands(factory))
            hosts.Add(command);
        return hosts;
    }

    public static GantryCommand CreateList(CommandFactory factory, string example) => factory.Create(
        new GantryCommand(Group, "hosts", "List the hosts: what they have, what is promised of it, what is used")
        {
            Details = "Reserved is what containers may use at most; promisable is how much of that a host takes.",
            Examples = [example, $"{example} --format json"],
        },
        ListAsync);

    private static IEnumerable<Command> Commands(CommandFactory factory) =>
    [
        factory.Create(new GantryCommand(Group, "show", "Show one host") { Examples = ["gantry hosts show box-1"] }, ShowAsync, Name),
        factory.Create(
            new GantryCommand(Group, "label", "Set labels, class and zone of a host")
            {
                Examples = ["gantry hosts label box-1 disk=ssd gpu-", "gantry hosts label box-1 --class big --zone paris-1"],
            },
            LabelAsync, Name, Labels, Class, Zone),
        factory.Create(
            new GantryCommand(Group, "cordon", "Let a host take nothing new; what it has runs on") { Examples = ["gantry hosts cordon box-1"] },
            (i, t) => ChangeAsync(i, new ChangeHostBody(null, null, null, true), $"{i.Get(Name)} takes nothing new. It does again after: gantry hosts uncordon {i.Get(Name)}", t), Name),
        factory.Create(
            new GantryCommand(Group, "uncordon", "Let a host take containers again; also ends a drain") { Examples = ["gantry hosts uncordon box-1"] },
            (i, t) => ChangeAsync(i, new ChangeHostBody(null, null, null, false), $"{i.Get(Name)} takes containers again.", t), Name),
        DrainCommand.Create(factory, Name),
        .. JoiningCommands.Create(factory, Name),
        .. ClusterCommands.Create(factory),
        RepackCommand.Create(factory),
    ];

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var hosts = (await invocation.Api.GetAsync(Hosts, AdminJson.Default.HostsReply, token)).Hosts;
        invocation.Print.Result(hosts, AdminJson.Default.IReadOnlyListHostResource, () => invocation.Print.Table(
            ["Host", "State", "Class", "Zone", "Containers", "CPU used", "Memory", "Promisable", "Reserved", "Used"], [.. hosts.Select(Row)]));
        return ExitCode.Success;
    }

    private static Cell[] Row(HostResource h)
    {
        var (cpu, memory) = (Amount(h, "cpu"), Amount(h, "memory"));
        return
        [
            h.Id, Cell.Status(h.Status), h.Class, h.Zone, h.Containers, $"{Cores(cpu.Used)} of {Cores(cpu.Capacity)}", Human.Bytes(memory.Capacity),
            Human.Bytes(memory.Promisable), Human.Bytes(memory.Reserved), Human.Bytes(memory.Used),
        ];
    }

    private static async Task<ExitCode> ShowAsync(Invocation invocation, CancellationToken token)
    {
        var host = (await invocation.Api.GetAsync(At(invocation.Get(Name)), AdminJson.Default.HostReply, token)).Host;
        invocation.Print.Result(host, AdminJson.Default.HostResource, () => Print(invocation, host));
        return ExitCode.Success;
    }

    private static void Print(Invocation invocation, HostResource h)
    {
        invocation.Print.Details(
        [
            ("Host", h.Id), ("Machine", h.Name), ("State", Cell.Status(h.Status)), ("Class", Or(h.Class)), ("Zone", Or(h.Zone)),
            ("Labels", Or(string.Join(' ', h.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}")))),
            ("Containers", $"{h.Containers} of {h.Apps} apps, {h.RunningContainers} running"), ("Load", FormattableString.Invariant($"{h.Load:0.00}")),
            ("Memory free", $"{Human.Bytes(h.MemoryAvailable)} of {Human.Bytes(h.MemoryTotal)}"),
            ("Disk free", $"{Human.Bytes(h.DiskFree)} of {Human.Bytes(h.DiskTotal)}"), ("Since", Human.Time(h.RegisteredAt)),
            ("Agent", h.Address ?? "this machine"), ("Subnet", h.Subnet ?? "-"),
        ]);
        invocation.Print.Table(
            ["Resource", "Capacity", "Promisable", "Reserved", "Used"],
            [.. h.Resources.Select(r => (IReadOnlyList<Cell>)[r.Name, Text(r.Name, r.Capacity), Text(r.Name, r.Promisable), Text(r.Name, r.Reserved), Text(r.Name, r.Used)])]);
    }

    private static Task<ExitCode> LabelAsync(Invocation invocation, CancellationToken token)
    {
        var labels = invocation.Get(Labels).Select(Label).ToDictionary(l => l.Name, l => l.Value);
        var (@class, zone) = (invocation.Get(Class), invocation.Get(Zone));
        if (labels.Count == 0 && @class is null && zone is null)
            throw new CliError(ExitCode.Usage, "Nothing to set.", "Give labels (disk=ssd, or disk- to remove one), --class or --zone.");
        return ChangeAsync(invocation, new ChangeHostBody(@class, zone, labels, null), $"{invocation.Get(Name)} is labelled.", token);
    }

    private static (string Name, string? Value) Label(string label) =>
        label.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (label[..at], (string?)label[(at + 1)..])
        : label.EndsWith('-') ? (label[..^1], null)
        : throw new CliError(ExitCode.Usage, $"'{label}' is no label: give NAME=VALUE to set one, NAME- to remove it.");

    private static async Task<ExitCode> ChangeAsync(Invocation invocation, ChangeHostBody change, string done, CancellationToken token)
    {
        var host = (await invocation.Api.PatchAsync(
            At(invocation.Get(Name)), new ChangeHostRequest(change), AdminJson.Default.ChangeHostRequest, AdminJson.Default.HostReply, token)).Host;
        invocation.Print.Done(host, AdminJson.Default.HostResource, done);
        return ExitCode.Success;
    }

    internal static string At(string host) => $"{Hosts}/{Uri.EscapeDataString(host)}";

    private static HostAmount Amount(HostResource host, string name) => host.Resources.FirstOrDefault(r => r.Name == name) ?? new HostAmount(name, 0, 0, 0, 0);

    private static string Or(string text) => text.Length > 0 ? text : "-";

    internal static string Text(string resource, double amount) => resource == "cpu" ? Cores(amount) + " cores" : Human.Bytes((long)amount);

    private static string Cores(double thousandths) => FormattableString.Invariant($"{thousandths / 1000:0.##}");
}

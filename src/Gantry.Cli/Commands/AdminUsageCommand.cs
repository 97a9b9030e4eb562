using System.CommandLine;
using System.Globalization;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

/// <summary>What operators bill from: a table for people, JSON and CSV for programs.</summary>
internal static class AdminUsageCommand
{
    private static readonly Option<string?> From = new("--from") { Description = "First day or second, UTC (default: the first of this month)", HelpName = "TIME" };
    private static readonly Option<string?> To = new("--to") { Description = "The day or second after the last one, UTC (default: now)", HelpName = "TIME" };
    private static readonly Option<string> By = new("--by") { Description = "Sum by owner or app, or list each container", HelpName = "owner|app|container", DefaultValueFactory = _ => "owner" };

    public static GantryCommand Create(CommandFactory factory)
    {
        By.AcceptOnlyFromAmong("owner", "app", "container");
        return factory.Create(
            new GantryCommand("Operators", "usage", "Show or export the metered seconds of containers, one-offs and builds")
            {
                PrintsCsv = true,
                Details = "A period begins with --from and ends before --to, so adjacent periods add up. What still runs is metered up to some seconds ago. --format takes csv here, too.",
                Examples =
                [
                    "gantry admin usage",
                    "gantry admin usage --from 2026-10-01 --to 2026-11-01 --by app --format csv > october.csv",
                    "gantry admin usage --from 2026-11-01T12:00:00Z --by container --format json",
                ],
            },
            RunAsync, From, To, By);
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        (string Name, string? Value)[] asked = [("from", invocation.Get(From)), ("to", invocation.Get(To)), ("by", invocation.Get(By))];
        var query = string.Join('&', asked.Where(a => a.Value is not null).Select(a => $"{a.Name}={Uri.EscapeDataString(a.Value!)}"));
        var report = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/usage?{query}", AdminJson.Default.UsageReply, token)).Usage;
        if (invocation.Csv)
            PrintCsv(invocation, report);
        else
            invocation.Print.Result(report, AdminJson.Default.UsageReport, () => PrintTable(invocation, report));
        return ExitCode.Success;
    }

    private static void PrintTable(Invocation invocation, UsageReport report)
    {
        if (report.Lines.Count == 0)
            invocation.Print.Say($"Nothing ran between {report.From:u} and {report.To:u}.");
        else
            invocation.Print.Table(
                ["Owner", .. report.By == "owner" ? [] : (string[])["App"], .. report.By == "container" ? (string[])["Container"] : [], "Kind", "Size", "Containers", "Hours", "Seconds"],
                [.. report.Lines.Select(l => Row(report.By, l))]);
    }

    private static IReadOnlyList<Cell> Row(string by, UsageLine l) =>
    [
        Owner(l), .. by == "owner" ? [] : (Cell[])[l.App!.Name], .. by == "container" ? (Cell[])[l.Container] : [], l.Kind, l.Size, Number(l.Containers),
        (l.Seconds / 3600.0).ToString("0.00", CultureInfo.InvariantCulture), Number(l.Seconds),
    ];

    private static void PrintCsv(Invocation invocation, UsageReport report)
    {
        invocation.Print.Data("owner_id,owner,app_id,app,container,type,kind,size,memory,containers,seconds,start,stop,running");
        foreach (var l in report.Lines)
            invocation.Print.Data(string.Join(',', ((string?[])
            [
                l.Owner.Id, l.Owner.Username, l.App?.Id, l.App?.Name, l.Container, l.Type, l.Kind, l.Size, Number(l.Memory), Number(l.Containers),
                Number(l.Seconds), Time(l.Start), Time(l.Stop), l.Running is { } running ? running ? "true" : "false" : "",
            ]).Select(Quoted)));
    }

    private static string Owner(UsageLine line) => line.Owner.Username.Length > 0 ? line.Owner.Username : line.Owner.Id;

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>RFC 4180.</summary>
    private static string Quoted(string? value) =>
        value is null ? "" : value.AsSpan().IndexOfAny("\",\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

using Gantry.Cli.CommandLine;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Doctor;

/// <summary>What the server's host fulfils of the security checklists.</summary>
internal static class SecurityReport
{
    private const string NotMet = "not met";

    public static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var items = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/doctor/security", AdminJson.Default.SecurityReply, token)).Items;
        invocation.Print.Result(items, AdminJson.Default.IReadOnlyListSecurityItemResource, () => Print(invocation, items));
        return items.Any(i => i.Status == NotMet) ? ExitCode.Failed : ExitCode.Success;
    }

    private static void Print(Invocation invocation, IReadOnlyList<SecurityItemResource> items)
    {
        foreach (var checklist in items.GroupBy(i => i.Checklist))
            invocation.Print.Table([checklist.Key, "Status", "Item", "What was seen"], [.. checklist.Select(i => (Cell[])[i.Item, Cell.Status(i.Status), i.Title, i.Seen])]);
        invocation.Print.Say(string.Join(", ", items.GroupBy(i => i.Status).Select(s => $"{s.Count()} {s.Key}")) + ".");
    }
}

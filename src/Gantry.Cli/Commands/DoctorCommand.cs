using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Doctor;
using Gantry.Cli.Http;
using Gantry.Cli.Output;
using Gantry.Contracts.Admin;

namespace Gantry.Cli.Commands;

internal static class DoctorCommand
{
    private static readonly Option<bool> Local = new("--local") { Description = "Only this machine; do not ask the server" };
    private static readonly Option<bool> Security = new("--security") { Description = "Hold the host and its containers against the CIS Docker benchmark and NIST SP 800-190" };

    private static readonly Option<int?> Overlay = new("--overlay") { Description = "Also look whether it is fit for an overlay between hosts, at this UDP port (default: 4789)", HelpName = "PORT", Arity = ArgumentArity.ZeroOrOne };

    private const int OverlayPort = 4789;

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Operators", "doctor", "Check a host and say what to fix")
        {
            Details =
                "Asks the server for its checks. Where it does not answer and is on this machine, or with --local, looks at " +
                "the machine itself. The exit code is 1 when a check fails. --security says of each item of the checklists whether it is " +
                "met, by what the kernel shows of the containers that run now. --overlay tries what Gantry:Hosts:Overlay needs, " +
                "which a server that is configured with it looks at anyway.",
            Examples = ["gantry admin doctor", "gantry admin doctor --security", "sudo gantry admin doctor --local   # when gantryd does not start", "sudo gantry admin doctor --local --overlay   # before a machine joins hosts that share no network", "gantry admin doctor --format json | jq '.[] | select(.status!=\"ok\")'"],
        },
        RunAsync, Local, Security, Overlay);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        if (invocation.Get(Security))
            return await SecurityReport.RunAsync(invocation, token);
        int? overlay = invocation.Has(Overlay) ? invocation.Get(Overlay) ?? OverlayPort : null;
        var checks = invocation.Get(Local) ? MachineCheck.Run(overlay) : await AskServerAsync(invocation, overlay, token);
        invocation.Print.Result(checks, AdminJson.Default.IReadOnlyListCheckResource, () => Print(invocation, checks));
        return checks.Any(c => c.Status == "fail") ? ExitCode.Failed : ExitCode.Success;
    }

    private static async Task<IReadOnlyList<CheckResource>> AskServerAsync(Invocation invocation, int? overlay, CancellationToken token)
    {
        try
        {
            var checks = (await invocation.Api.GetAsync($"{AdminApi.Prefix}/doctor{(overlay is null ? "" : $"?overlay_port={overlay}")}", AdminJson.Default.DoctorReply, token)).Checks;
            return [new CheckResource("gantryd", "ok", $"answers at {invocation.Server.Authority}", ""), .. checks];
        }
        catch (CliError e)
        {
            // The doctor reports what is wrong instead of dying of it.
            var trouble = new CheckResource("gantryd", "fail", e.Message, e.Hint?.Split('\n')[0] ?? "");
            return invocation.Server.IsLoopback ? [.. MachineCheck.Run(overlay), trouble] : [trouble];
        }
    }

    private static void Print(Invocation invocation, IReadOnlyList<CheckResource> checks)
    {
        invocation.Print.Table(["Check", "Status", "What was seen"], [.. checks.Select(c => (Cell[])[c.Name, Cell.Status(c.Status), c.Message])]);
        var troubles = checks.Where(c => c.Status != "ok").ToList();
        foreach (var trouble in troubles)
            invocation.Print.Say($"{trouble.Name}: {trouble.Fix}");
        invocation.Print.Say(troubles.Count == 0 ? "All is well." : $"{troubles.Count} of {checks.Count} checks want attention.");
    }
}

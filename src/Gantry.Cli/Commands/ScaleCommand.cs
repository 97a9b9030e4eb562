using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Containers;
using Gantry.Cli.Output;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class ScaleCommand
{
    private static readonly Argument<string[]> Formation = new("type:amount:size") { Description = "web:2, web:2:L, web+1, web-1, web::XL (default: show the formation)", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Do not wait for the end" };

    public static GantryCommand Create(CommandFactory factory) => factory.Create(
        new GantryCommand("Containers", "scale", "Show or change the number and size of containers")
        {
            Details = "Sizes: gantry sizes. Types that are not named stay as they are. Waits until the new formation runs.",
            Examples = ["gantry scale                     # show", "gantry scale web:2:L worker:1", "gantry scale worker+1", "gantry scale web:0               # stop"],
        },
        RunAsync, Formation, NoWait);

    private static async Task<ExitCode> RunAsync(Invocation invocation, CancellationToken token)
    {
        var wanted = invocation.Get(Formation).Select(ScaleExpression.Parse).ToList();
        var present = (await invocation.Api.GetAsync($"{invocation.AppPath}/containers", V1Json.Default.FormationReply, token)).Containers;
        if (wanted.Count == 0)
        {
            Show(invocation, present);
            return ExitCode.Success;
        }

        var request = new ScaleRequest([.. wanted.Select(w => Change(w, present))]);
        var location = await invocation.Api.StartAsync($"{invocation.AppPath}/scale", request, V1Json.Default.ScaleRequest, token);
        await WaitAsync(invocation, location, token);
        Show(invocation, (await invocation.Api.GetAsync($"{invocation.AppPath}/containers", V1Json.Default.FormationReply, token)).Containers);
        return ExitCode.Success;
    }

    private static async Task WaitAsync(Invocation invocation, string? location, CancellationToken token)
    {
        if (location is null)
            invocation.Print.Say($"{invocation.App} is not deployed yet: the formation holds from its first deployment on.");
        else if (!invocation.Get(NoWait))
        {
            invocation.Print.Say("Scaling…");
            await Operations.WaitAsync(invocation, location, token);
        }
    }

    private static FormationResource Change(ScaleExpression wanted, IReadOnlyList<FormationResource> present)
    {
        var now = present.FirstOrDefault(f => f.Name == wanted.Type);
        if (now is null && (wanted.IsRelative || wanted.Amount is null))
            throw new CliError(ExitCode.NotFound, $"There is no process type {wanted.Type}.", present.Count == 0
                ? "Types come from the app's Procfile with its first deployment."
                : "The types are: " + string.Join(", ", present.Select(f => f.Name)));
        return new FormationResource("", wanted.Type, wanted.Target(now?.Amount ?? 0), wanted.Size ?? "", "");
    }

    private static void Show(Invocation invocation, IReadOnlyList<FormationResource> formation) =>
        invocation.Print.Result(formation, V1Json.Default.IReadOnlyListFormationResource, () =>
        {
            if (formation.Count == 0)
                invocation.Print.Say($"{invocation.App} has no process types yet; they come from its Procfile with the first deployment.");
            else
                invocation.Print.Table(["Type", "Amount", "Size", "Command"],
                    [.. formation.Select(f => (Cell[])[f.Name, f.Amount ?? 0, f.Size, f.Command])]);
        });
}

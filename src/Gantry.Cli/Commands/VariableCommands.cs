using System.CommandLine;
using Gantry.Cli.CommandLine;
using Gantry.Cli.Output;
using Gantry.Cli.Variables;
using Gantry.Contracts.V1;

namespace Gantry.Cli.Commands;

internal static class VariableCommands
{
    private const string Group = "Environment";

    private static readonly Argument<string> Name = new("name") { Description = "Name of the variable" };
    private static readonly Argument<string[]> Names = new("name") { Description = "Names of the variables", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Assignments = new("name=value") { Description = "Variables to set", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> From = new("--from") { Description = "Read NAME=VALUE lines from a file; “-” is stdin", HelpName = "FILE" };
    private static readonly Option<bool> Resolve = new("--resolve") { Description = "Show what $OTHER stands for" };

    public static IEnumerable<Command> Create(CommandFactory factory) =>
    [
        factory.Create(
            new GantryCommand(Group, "env", "List the variables of an app")
            {
                Details = "Prints NAME=VALUE lines that `gantry env-set --from` reads back.",
                Examples = ["gantry env", "gantry env > .env", "gantry env --format json"],
            },
            ListAsync, Resolve),
        factory.Create(
            new GantryCommand(Group, "env-get", "Print the value of one variable")
            {
                Examples = ["gantry env-get DATABASE_URL", "psql \"$(gantry env-get DATABASE_URL)\""],
            },
            GetAsync, Name),
        factory.Create(
            new GantryCommand(Group, "env-set", "Set variables")
            {
                Details =
                    "Running containers keep the old values until `gantry restart` or the next deployment.\n" +
                    "The file format is that of .env files: NAME=VALUE, # comments, 'single' and \"double\" quotes, export.",
                Examples =
                [
                    "gantry env-set NODE_ENV=production LOG_LEVEL=debug",
                    "gantry env-set --from .env",
                    "printf \"KEY='%s'\" \"$(cat key.pem)\" | gantry env-set   # quoted values may span lines",
                ],
            },
            SetAsync, Assignments, From),
        factory.Create(
            new GantryCommand(Group, "env-unset", "Remove variables") { Examples = ["gantry env-unset LOG_LEVEL", "gantry env-unset A B C"] },
            UnsetAsync, Names),
    ];

    private static async Task<IReadOnlyList<VariableResource>> FetchAsync(Invocation invocation, bool aliases, CancellationToken token) =>
        (await invocation.Api.GetAsync($"{invocation.AppPath}/variables?aliases={(aliases ? "true" : "false")}", V1Json.Default.VariablesReply, token)).Variables;

    private static async Task<ExitCode> ListAsync(Invocation invocation, CancellationToken token)
    {
        var variables = await FetchAsync(invocation, aliases: !invocation.Get(Resolve), token);
        invocation.Print.Result(variables, V1Json.Default.IReadOnlyListVariableResource, () =>
        {
            foreach (var variable in variables.OrderBy(v => v.Name, StringComparer.Ordinal))
                invocation.Print.Data($"{invocation.Print.Paint(variable.Name!, "cyan")}={EnvFile.Quote(variable.Value!)}");
        });
        if (variables.Count == 0)
            invocation.Print.Say($"{invocation.App} has no variables. Set one: gantry env-set NAME=VALUE");
        return ExitCode.Success;
    }

    private static async Task<ExitCode> GetAsync(Invocation invocation, CancellationToken token)
    {
        var name = invocation.Get(Name);
        var variable = (await FetchAsync(invocation, aliases: false, token)).FirstOrDefault(v => v.Name == name)
            ?? throw new CliError(ExitCode.NotFound, $"{invocation.App} has no variable {name}.", "Its variables: gantry env");
        invocation.Print.Result(variable, V1Json.Default.VariableResource, () => invocation.Print.Data(variable.Value!));
        return ExitCode.Success;
    }

    private static async Task<ExitCode> SetAsync(Invocation invocation, CancellationToken token)
    {
        var wanted = Wanted(invocation);
        if (wanted.Count == 0)
            throw new CliError(ExitCode.Usage, "There is nothing to set.", "gantry env-set NAME=VALUE …, or gantry env-set --from .env");
        var request = new VariablesRequest([.. wanted.Select(v => new VariableResource("", v.Name, v.Value))]);
        var variables = (await invocation.Api.PutAsync($"{invocation.AppPath}/variables", request,
            V1Json.Default.VariablesRequest, V1Json.Default.VariablesReply, token)).Variables;
        invocation.Print.Done(variables, V1Json.Default.IReadOnlyListVariableResource,
            $"Set {string.Join(", ", wanted.Select(v => v.Name))}. Running containers see it after: gantry restart");
        return ExitCode.Success;
    }

    private static IReadOnlyList<NameValue> Wanted(Invocation invocation)
    {
        var assignments = invocation.Get(Assignments).Select(Assignment.Parse).ToList();
        if (invocation.Get(From) is { } file)
            return [.. EnvFile.Parse(ReadFile(invocation, file), file), .. assignments];
        return assignments.Count == 0 && !invocation.Shell.InIsTerminal
            ? EnvFile.Parse(ReadFile(invocation, "-"), "stdin")
            : assignments;
    }

    private static string ReadFile(Invocation invocation, string file)
    {
        if (file == "-")
            return new StreamReader(invocation.Shell.RawIn).ReadToEnd();
        var path = Path.Combine(invocation.Shell.WorkingDirectory, file);
        return File.Exists(path) ? File.ReadAllText(path) : throw new CliError(ExitCode.BadInput, $"There is no file {file}.");
    }

    private static async Task<ExitCode> UnsetAsync(Invocation invocation, CancellationToken token)
    {
        var names = invocation.Get(Names).Distinct(StringComparer.Ordinal).ToList();
        var known = await FetchAsync(invocation, aliases: true, token);
        var unknown = names.Where(n => known.All(v => v.Name != n)).ToList();
        if (unknown.Count > 0)
            throw new CliError(ExitCode.NotFound, $"{invocation.App} has no variable {string.Join(", ", unknown)}; nothing was removed.", "Its variables: gantry env");
        foreach (var variable in known.Where(v => names.Contains(v.Name!)))
            await invocation.Api.DeleteAsync($"{invocation.AppPath}/variables/{variable.Id}", token);
        invocation.Print.Say($"Removed {string.Join(", ", names)}. Running containers see it after: gantry restart");
        return ExitCode.Success;
    }
}

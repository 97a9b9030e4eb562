using System.CommandLine;

namespace Gantry.Cli.CommandLine;

/// <summary>Makes commands that run in one <see cref="Shell"/>.</summary>
internal sealed class CommandFactory(Shell shell, GlobalOptions globals)
{
    public GlobalOptions Globals { get; } = globals;

    public GantryCommand Create(GantryCommand command, CommandHandler handler, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
            Add(command, symbol);
        command.SetAction(async (parsed, token) =>
            parsed.GetValue(Globals.Format) == OutputFormat.Csv && !command.PrintsCsv
                ? throw new CliError(ExitCode.Usage, $"'{command.Name}' does not print CSV.", "Use --format json, or no --format for a table.")
                : (int)await handler(new Invocation(shell, Globals, parsed), token));
        return command;
    }

    private static void Add(Command command, Symbol symbol)
    {
        if (symbol is Option option)
            command.Add(option);
        else if (symbol is Argument argument)
            command.Add(argument);
        else
            throw new ArgumentException($"A command takes options and arguments, not {symbol}.", nameof(symbol));
    }
}

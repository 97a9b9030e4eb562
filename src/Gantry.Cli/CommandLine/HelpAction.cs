using System.CommandLine;
using System.CommandLine.Invocation;

namespace Gantry.Cli.CommandLine;

/// <summary>Prints our help, with groups and examples, instead of the library's.</summary>
internal sealed class HelpAction(Shell shell) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        HelpText.Write(parseResult.CommandResult.Command, shell);
        return (int)ExitCode.Success;
    }
}

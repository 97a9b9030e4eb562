using System.CommandLine;
using Gantry.Cli.Terminal;

namespace Gantry.Cli.CommandLine;

/// <summary>From arguments to an exit code; the only place where errors become text.</summary>
internal static class CliApplication
{
    public static async Task<int> RunAsync(string[] arguments, Shell shell, CancellationToken token)
    {
        var code = await GuardAsync(shell, token, () => RunCommandAsync(arguments, shell, token));
        return (int)code & 0xFF;
    }

    private static async Task<ExitCode> RunCommandAsync(string[] arguments, Shell shell, CancellationToken token)
    {
        var root = CommandTree.Build(shell);
        var parsed = root.Parse(PassThrough.Protect(root, arguments), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction and not HelpAction)
            return UsageErrors.Report(parsed, shell);
        return (ExitCode)await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = shell.Out,
                Error = shell.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            },
            token);
    }

    private static async Task<ExitCode> GuardAsync(Shell shell, CancellationToken token, Func<Task<ExitCode>> run)
    {
        try
        {
            var code = await run();
            shell.Out.Flush();
            return code;
        }
        catch (BrokenPipe)
        {
            return ExitCode.PipeClosed;
        }
        catch (Exception e)
        {
            return Report(e, shell, token);
        }
    }

    private static ExitCode Report(Exception error, Shell shell, CancellationToken token)
    {
        TryFlush(shell);
        if (token.IsCancellationRequested && error is OperationCanceledException)
            return ExitCode.Interrupted;
        var known = error as CliError ?? Unexpected(error);
        shell.Error.WriteLine($"{Red(shell, "error:")} {known.Message}");
        foreach (var line in known.Hint?.Split('\n') ?? [])
            shell.Error.WriteLine($"       {line}");
        if (shell.Debug)
            shell.Error.WriteLine(error);
        return known.Code;
    }

    private static CliError Unexpected(Exception error) => error is IOException or UnauthorizedAccessException
        ? new CliError(ExitCode.BadInput, error.Message)
        : new CliError(ExitCode.Bug, $"gantry has a defect: {error.GetType().Name}: {error.Message}",
            "Please report it with the output of the same command under GANTRY_DEBUG=1.");

    private static void TryFlush(Shell shell)
    {
        try
        {
            shell.Out.Flush();
        }
        catch (BrokenPipe)
        {
            // The reader has gone, but the error that brought us here is still to be told on stderr.
        }
    }

    private static string Red(Shell shell, string text) =>
        shell.ErrorIsTerminal && string.IsNullOrEmpty(shell.Variable("NO_COLOR")) ? Output.Ansi.Paint(text, "red") : text;
}

namespace Gantry.Cli;

/// <summary>The exit codes in a sentence each, for <c>gantry help exit-codes</c>.</summary>
internal static class ExitCodeTexts
{
    public static IReadOnlyList<(ExitCode Code, string Meaning)> All { get; } =
    [
        (ExitCode.Success, "done"),
        (ExitCode.Failed, "it was tried and failed: a deployment, an operation, a check"),
        (ExitCode.Usage, "the command line is wrong"),
        (ExitCode.Refused, "the platform refuses: a broken rule, a conflict, a missing right"),
        (ExitCode.BadInput, "a local file or folder cannot be read or holds the wrong thing"),
        (ExitCode.NotFound, "what was named does not exist, or is not yours"),
        (ExitCode.Unreachable, "the server cannot be reached"),
        (ExitCode.Bug, "a defect of gantry"),
        (ExitCode.CannotWrite, "a local file cannot be written"),
        (ExitCode.TimedOut, "no answer in time, an idle session, or too many requests: try again later"),
        (ExitCode.ServerFault, "the server failed, or is no Gantry server"),
        (ExitCode.NotLoggedIn, "nobody is logged in, or the token is not valid"),
        (ExitCode.Configuration, "no app is chosen, or a configuration file is damaged"),
        (ExitCode.NotConfirmed, "a question was not answered with yes"),
        (ExitCode.Interrupted, "ended by Ctrl-C or a signal"),
        (ExitCode.PipeClosed, "the reader of the output has gone, as in: gantry logs | head"),
    ];
}

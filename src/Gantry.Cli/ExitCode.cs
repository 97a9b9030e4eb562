namespace Gantry.Cli;

/// <summary>
/// Every exit code of <c>gantry</c>. The numbers above 63 follow <c>sysexits.h</c>, so that they do not collide with
/// the codes of the programs that <c>gantry run</c> passes through.
/// </summary>
internal enum ExitCode
{
    /// <summary>Done.</summary>
    Success = 0,

    /// <summary>The platform did what was asked and it ended badly: a failed deployment, an operation in error.</summary>
    Failed = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 64,

    /// <summary>The platform refuses: a broken rule, a conflict, a missing right.</summary>
    Refused = 65,

    /// <summary>A local file or folder cannot be read, or does not hold what it should.</summary>
    BadInput = 66,

    /// <summary>What was named does not exist, or is not yours.</summary>
    NotFound = 68,

    /// <summary>The server cannot be reached.</summary>
    Unreachable = 69,

    /// <summary>A defect of this program.</summary>
    Bug = 70,

    /// <summary>A local file cannot be written.</summary>
    CannotWrite = 73,

    /// <summary>No answer in time, an idle session that was cut, or too many requests: try again later.</summary>
    TimedOut = 75,

    /// <summary>The server failed, or answered something that is not the API.</summary>
    ServerFault = 76,

    /// <summary>Nobody is logged in, or the token is no longer valid.</summary>
    NotLoggedIn = 77,

    /// <summary>The configuration is incomplete or broken: no app chosen, a damaged file.</summary>
    Configuration = 78,

    /// <summary>A question was answered with no, or could not be asked.</summary>
    NotConfirmed = 79,

    /// <summary>Ended by Ctrl-C or a signal.</summary>
    Interrupted = 130,

    /// <summary>The reader of the output went away, as in <c>gantry logs | head</c>.</summary>
    PipeClosed = 141,
}

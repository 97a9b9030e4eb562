using Gantry.Store.Records;
using Npgsql;
using static Npgsql.PostgresErrorCodes;

namespace Gantry.Store.Postgres;

/// <summary>Turns failures of the engine into what an operator can act on.</summary>
internal static class PostgresFailures
{
    /// <summary>This process stood still in the middle of a write, which the server has undone.</summary>
    private const string IdleInTransaction = "25P03";

    /// <summary>Two writes met. The engine has undone this one, and it succeeds when it runs after the other.</summary>
    public static bool IsConflict(NpgsqlException e) => e is PostgresException { SqlState: SerializationFailure or DeadlockDetected };

    /// <summary>The server is away, starting, stopping or full of connections; anything that is no answer of its is that too.</summary>
    public static bool IsOutage(NpgsqlException e) => e is not PostgresException answer || answer.SqlState
        is AdminShutdown or CrashShutdown or CannotConnectNow or TooManyConnections or "57P05" or IdleInTransaction || answer.SqlState.StartsWith("08", StringComparison.Ordinal);

    public static StoreException UnknownOutcome(string address, Exception e) => new(
        $"The connection to the database {address} broke while a change was being committed ({e.Message}), so it is not known whether it was recorded. Look whether it is there, and try again if it is not.",
        isTransient: true, e);

    public static Exception Explain(NpgsqlException e, string address) => e switch
    {
        _ when IsOutage(e) => new StoreException(
            $"The database {address} does not answer ({Reason(e)}). Nothing acknowledged was lost; Gantry goes on when it is back. Look at the server ('systemctl status postgresql') and the way to it, and try again.",
            isTransient: true, e),
        _ when IsConflict(e) => new StoreException(
            $"Other changes of the same records kept this one from the database {address} for too long. Try again.", isTransient: true, e),
        PostgresException { SqlState: DiskFull } => new StoreException(
            $"The disk of the database {address} is full, so nothing can be recorded. Free some space there; nothing acknowledged was lost.", isTransient: true, e),
        PostgresException { SqlState: ReadOnlySqlTransaction } => new StoreException(
            $"The database {address} takes no writes: it is a standby or was made read-only. Point Store:ConnectionString at the primary, and try again.", isTransient: true, e),
        PostgresException { SqlState: InvalidPassword or InvalidAuthorizationSpecification or InvalidCatalogName or InsufficientPrivilege } => new StoreException(
            $"The database {address} refuses this user: {Reason(e)}. Check the user, the password and the name in Store:ConnectionString, and that the user owns the database.",
            isTransient: false, e),
        PostgresException { SqlState: CharacterNotInRepertoire or UntranslatableCharacter } => new StoreException(
            $"A text holds a NUL character, which PostgreSQL cannot keep ({Reason(e)}). Remove it and try again.", isTransient: false, e),
        PostgresException { SqlState: var state } when state.StartsWith("23", StringComparison.Ordinal) => new StoreException(
            $"The record contradicts another one: {Reason(e)}. An app or user it belongs to may have been deleted meanwhile.", isTransient: false, e),
        _ => e,
    };

    private static string Reason(NpgsqlException e) => e is PostgresException answer ? answer.MessageText : e.InnerException?.Message ?? e.Message;
}

using Gantry.Store.Records;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Gantry.Store.Sqlite;

/// <summary>Turns failures of the engine into what an operator can act on.</summary>
internal static class SqliteFailures
{
    public static Exception Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        SQLITE_FULL => new StoreException(
            $"The disk that holds {path} is full, so nothing can be recorded. Free some space there; nothing acknowledged was lost.", isTransient: true, failure),
        SQLITE_BUSY or SQLITE_LOCKED => new StoreException(
            $"Another process has kept {path} locked for too long. Look for it with 'fuser {path}', and try again.", isTransient: true, failure),
        SQLITE_CORRUPT or SQLITE_NOTADB => new StoreException(
            $"The database {path} is damaged ({failure.Message}). Stop Gantry, move the file away, and run 'gantryd restore' with your newest backup.", isTransient: false, failure),
        SQLITE_READONLY or SQLITE_CANTOPEN or SQLITE_PERM => new StoreException(
            $"The database {path} cannot be opened for writing ({failure.Message}). Check the owner and mode of the file and its directory.", isTransient: false, failure),
        SQLITE_IOERR => new StoreException(
            $"Reading or writing {path} failed ({failure.Message}). Check the disk with 'dmesg'.", isTransient: true, failure),
        SQLITE_CONSTRAINT => new StoreException(
            $"The record contradicts another one: {failure.Message} An app or user it belongs to may have been deleted meanwhile.", isTransient: false, failure),
        _ => failure,
    };
}

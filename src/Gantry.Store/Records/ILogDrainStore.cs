using Gantry.Domain;
using Gantry.Domain.Logs;

namespace Gantry.Store.Records;

/// <summary>The log drains of all apps. Addresses are sealed at rest, because most hold a token. They go with their app.</summary>
public interface ILogDrainStore
{
    /// <summary>False when it is there already.</summary>
    Task<bool> AddAsync(LogDrain drain, CancellationToken token);

    /// <summary>The drains of an app, oldest first.</summary>
    Task<IReadOnlyList<LogDrain>> ListAsync(AppId app, CancellationToken token);

    /// <summary>The ids of all drains.</summary>
    Task<IReadOnlyList<string>> ListIdsAsync(CancellationToken token);

    Task<LogDrain?> FindAsync(string id, CancellationToken token);

    /// <summary>Notes how far a drain has got; one that is gone stays gone.</summary>
    Task SaveCursorAsync(string id, string cursor, CancellationToken token);

    /// <summary>False when there was none.</summary>
    Task<bool> RemoveAsync(string id, CancellationToken token);
}

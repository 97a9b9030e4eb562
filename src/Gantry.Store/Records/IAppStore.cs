using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;

namespace Gantry.Store.Records;

/// <summary>Apps, their formation, variables and operations.</summary>
public interface IAppStore
{
    /// <summary>Refused when the name is taken, by whomever.</summary>
    Task<Outcome<App>> AddAsync(App app, CancellationToken token);

    /// <summary>By id or name; apps whose deletion was asked for are not found.</summary>
    Task<App?> FindAsync(string idOrName, CancellationToken token);

    /// <summary>By id, deleted ones included until control has removed what they made.</summary>
    Task<App?> FindByIdAsync(AppId id, CancellationToken token);

    Task<IReadOnlyList<App>> ListByOwnerAsync(UserId owner, CancellationToken token);

    /// <summary>All apps, those marked deleted included.</summary>
    Task<IReadOnlyList<App>> ListAllAsync(CancellationToken token);

    /// <summary>Reads, changes and writes in one transaction; null when there is no such app. As everywhere here, the change may be asked for again when two writes met.</summary>
    Task<App?> UpdateAsync(AppId id, Func<App, App> change, CancellationToken token);

    /// <summary>Refused when the new name is taken.</summary>
    Task<Outcome<App>> RenameAsync(AppId id, AppName name, DateTimeOffset now, CancellationToken token);

    /// <summary>Removes the record and all that hangs on it.</summary>
    Task RemoveAsync(AppId id, CancellationToken token);

    Task<IReadOnlyList<ProcessFormation>> GetFormationAsync(AppId id, CancellationToken token);

    /// <summary>Of all apps that have one.</summary>
    Task<ILookup<AppId, ProcessFormation>> ListFormationsAsync(CancellationToken token);

    /// <summary>Replaces the formation as a whole.</summary>
    Task SetFormationAsync(AppId id, IReadOnlyList<ProcessFormation> formation, CancellationToken token);

    /// <summary>
    /// Replaces the formation by what is made of the present one: nothing that is changed meanwhile is lost. The change may be called
    /// several times.
    /// </summary>
    Task<IReadOnlyList<ProcessFormation>> ChangeFormationAsync(
        AppId id, Func<IReadOnlyList<ProcessFormation>, IReadOnlyList<ProcessFormation>> change, CancellationToken token);

    /// <exception cref="StoreException">One of them was changed on disk.</exception>
    Task<IReadOnlyList<Variable>> GetVariablesAsync(AppId id, CancellationToken token);

    /// <summary>Names alone: none is opened, so that a damaged variable can be found and set again.</summary>
    Task<IReadOnlyList<string>> ListVariableNamesAsync(AppId id, CancellationToken token);

    /// <summary>Creates or replaces by name in one transaction; the stored ones come back.</summary>
    Task<IReadOnlyList<Variable>> SetVariablesAsync(AppId id, IReadOnlyList<Variable> variables, CancellationToken token);

    /// <returns>Those that were there.</returns>
    Task<IReadOnlyList<Variable>> DeleteVariablesAsync(AppId id, IReadOnlyList<VariableId> ids, CancellationToken token);

    /// <summary>
    /// In one transaction: refused while another scale, start or restart of the app is unfinished, else stores the
    /// operation and, when given, the new formation. Starts of one-offs never conflict.
    /// </summary>
    Task<Outcome<Operation>> BeginOperationAsync(
        Operation operation, IReadOnlyList<ProcessFormation>? formation, CancellationToken token);

    Task<Operation?> FindOperationAsync(AppId app, OperationId id, CancellationToken token);

    Task<IReadOnlyList<Operation>> ListUnfinishedOperationsAsync(CancellationToken token);

    /// <summary>Status Done or Error also sets the finishing time; a finished one never changes again.</summary>
    Task SetOperationStatusAsync(OperationId id, OperationStatus status, string? error, DateTimeOffset now, CancellationToken token);

    /// <summary>Forgets operations that finished before a time.</summary>
    Task PruneOperationsAsync(DateTimeOffset before, CancellationToken token);
}

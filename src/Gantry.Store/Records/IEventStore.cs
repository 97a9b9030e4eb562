using Gantry.Domain;
using Gantry.Domain.Events;

namespace Gantry.Store.Records;

/// <summary>The audit timeline.</summary>
public interface IEventStore
{
    Task AddAsync(AppEvent appEvent, CancellationToken token);

    /// <summary>A page of one app's events, newest first, and the total count.</summary>
    Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByAppAsync(
        AppId app, DateTimeOffset? since, int page, int perPage, CancellationToken token);

    /// <summary>A page of the events of all apps that a user owns, and of the account itself. Events outlive their app.</summary>
    Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByUserAsync(UserId user, int page, int perPage, CancellationToken token);

    /// <summary>A page of the events of the platform itself, newest first, and the total count.</summary>
    Task<(IReadOnlyList<AppEvent> Page, int Total)> ListByPlatformAsync(int page, int perPage, CancellationToken token);

    /// <summary>Forgets events from before a time, and of each app all but the newest.</summary>
    Task PruneAsync(DateTimeOffset before, int keptPerApp, CancellationToken token);
}

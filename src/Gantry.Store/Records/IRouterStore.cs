using Gantry.Domain;

namespace Gantry.Store.Records;

/// <summary>
/// What the routers of several processes know of each other: which apps' routes changed, in order, and how far each router has come. It lies with the
/// records, so that whoever can change a route can say so, and a router that reads what is said can read what it means.
/// </summary>
public interface IRouterStore
{
    /// <summary>Says that what the records say of an app's routes has changed before this call.</summary>
    /// <returns>The number of the change. A router that has come so far uses what was written before it, or something newer.</returns>
    Task<long> AddChangeAsync(AppId app, CancellationToken token);

    /// <summary>What changed since.</summary>
    /// <param name="after">The number of the last change that is known; less than 0 when none is.</param>
    Task<RouteChanges> ListChangesAsync(long after, CancellationToken token);

    /// <summary>Says how far a router has come, in place of what it said before.</summary>
    Task ReportAsync(RouterReport report, CancellationToken token);

    /// <summary>The last word of each router, also of those that have ended since.</summary>
    Task<IReadOnlyList<RouterReport>> ListReportsAsync(CancellationToken token);

    /// <summary>Forgets a router until it reports again.</summary>
    Task RemoveReportAsync(string router, CancellationToken token);
}

/// <summary>What changed.</summary>
/// <param name="Last">Number of the last change; 0 before the first.</param>
/// <param name="Apps">Null when that is not known any more: it may be all of them.</param>
public sealed record RouteChanges(long Last, IReadOnlySet<AppId>? Apps);

/// <summary>How far a router has come.</summary>
/// <param name="Router">Of one run of a process.</param>
/// <param name="Change">All changes up to this number are in its table.</param>
/// <param name="Beat">Another one each time: a router whose beat stays the same is not there.</param>
/// <param name="Draining">Containers that are in its table no more and that still have requests of it.</param>
public sealed record RouterReport(string Router, long Change, long Beat, IReadOnlySet<ContainerId> Draining);

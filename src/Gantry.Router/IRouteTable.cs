using Gantry.Domain;

namespace Gantry.Router;

/// <summary>Where requests go. The table is immutable and swapped whole.</summary>
public interface IRouteTable
{
    /// <summary>New requests use the new table from the moment this returns; requests under way finish where they are.</summary>
    void Swap(RouteTableModel table);

    /// <summary>
    /// All that other processes changed before <paramref name="began"/> (<see cref="TimeProvider.GetTimestamp"/>) is in the table, or nobody can tell what it is. Once this was called,
    /// requests that come after the process was suspended wait for the next call.
    /// </summary>
    void Followed(long began);

    /// <summary>Number of requests under way to a container; 0 for unknown ones. Lets a drain end as soon as it can.</summary>
    int InFlight(ContainerId container);

    /// <summary>Containers that have left the table and still have requests under way.</summary>
    IReadOnlyCollection<ContainerId> Draining { get; }
}

/// <summary>All routes of this router, by host name in lower case without port.</summary>
public sealed record RouteTableModel(IReadOnlyDictionary<string, AppRoute> Hosts)
{
    public static RouteTableModel Empty { get; } = new(new Dictionary<string, AppRoute>());
}

/// <summary>One app as the router sees it.</summary>
/// <param name="Stopped">True when the owner scaled <c>web</c> to zero or the app was never deployed: 503 with a page that says so.</param>
/// <param name="Version">Changes with each release, restart or scale: sticky sessions of older versions are void.</param>
public sealed record AppRoute(
    AppId AppId, string AppName, IReadOnlyList<RouteTarget> Targets, bool Stopped, bool ForceHttps, bool StickySession, bool RouterLogs, string Version);

/// <summary>A ready container.</summary>
public sealed record RouteTarget(ContainerId ContainerId, string Label, string Address, int Port);

/// <summary>Receives the request log of apps that have <c>router_logs</c> on.</summary>
public interface IRequestLog
{
    void Write(AppId app, string line);
}

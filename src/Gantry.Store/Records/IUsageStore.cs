using Gantry.Domain;
using Gantry.Domain.Usage;

namespace Gantry.Store.Records;

/// <summary>Usage records: what operators bill from.</summary>
/// <remarks>A record is opened once and closed once; whatever is applied again changes nothing.</remarks>
public interface IUsageStore
{
    /// <summary>Notes whom a container that has no record of its own (a build) will be billed to, before it starts.</summary>
    Task AnnounceAsync(UsageSubject subject, DateTimeOffset now, CancellationToken token);

    /// <summary>What was announced of these containers.</summary>
    Task<IReadOnlyList<UsageSubject>> ListAnnouncedAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token);

    /// <summary>Open records of a host.</summary>
    Task<IReadOnlyList<UsageRecord>> ListOpenAsync(string host, CancellationToken token);

    /// <summary>When the host was last seen; null for never.</summary>
    Task<HostSighting?> FindSightingAsync(string host, CancellationToken token);

    /// <summary>Opens, closes and notes the sighting in one transaction.</summary>
    /// <param name="sighting">All records that are open afterwards were alive then; null to leave it as it is.</param>
    Task ApplyAsync(string host, UsageChanges changes, HostSighting? sighting, CancellationToken token);

    /// <summary>Notes sightings of hosts on which nothing has begun or ended since their records were settled last.</summary>
    Task SeeAsync(IReadOnlyDictionary<string, HostSighting> sightings, CancellationToken token);

    /// <summary>
    /// Records that lie in [<paramref name="from"/>, <paramref name="to"/>) at least in part, cut to it, in order of their
    /// start, at most <paramref name="most"/>. Open ones end where their host was last seen.
    /// </summary>
    Task<IReadOnlyList<UsagePeriod>> ListAsync(DateTimeOffset from, DateTimeOffset to, int most, CancellationToken token);

    /// <summary>Such records summed by owner, kind and size, and by app when asked for. Adjacent periods add up exactly.</summary>
    Task<IReadOnlyList<UsageTotal>> SumAsync(DateTimeOffset from, DateTimeOffset to, bool byApp, CancellationToken token);

    /// <summary>Forgets records that were closed before a time, and announcements that came to nothing.</summary>
    Task PruneAsync(DateTimeOffset before, CancellationToken token);
}

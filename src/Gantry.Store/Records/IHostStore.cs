using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Store.Records;

/// <summary>The hosts of the cluster.</summary>
public interface IHostStore
{
    /// <summary>Notes a host that is new, or what a known one has now: name and capacity. What operators set stays as it is.</summary>
    Task RegisterAsync(Host host, CancellationToken token);

    /// <summary>All of them, by id.</summary>
    Task<IReadOnlyList<Host>> ListAsync(CancellationToken token);

    Task<Host?> FindAsync(HostId id, CancellationToken token);

    /// <summary>Reads, changes and writes in one transaction.</summary>
    /// <returns>The host afterwards; null when there is none of that id.</returns>
    Task<Host?> UpdateAsync(HostId id, Func<Host, Host> change, CancellationToken token);
}

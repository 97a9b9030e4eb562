using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Store.Records;

/// <summary>The hosts of the cluster.</summary>
public interface IHostStore
{
    /// <summary>
    /// Notes a host that is new, or what a known one has now: name, capacity and, where it is known, subnet. What operators set stays
    /// as it is. A host of a control process that was removed is there again; one that joined stays removed.
    /// </summary>
    Task RegisterAsync(Host host, CancellationToken token);

    /// <summary>Those that belong to the cluster, by id.</summary>
    Task<IReadOnlyList<Host>> ListAsync(CancellationToken token);

    /// <summary>Also one that was removed.</summary>
    Task<Host?> FindAsync(HostId id, CancellationToken token);

    /// <summary>Reads, changes and writes in one transaction.</summary>
    /// <returns>The host afterwards; null when there is none of that id in the cluster.</returns>
    Task<Host?> UpdateAsync(HostId id, Func<Host, Host> change, CancellationToken token);

    /// <summary>
    /// Ends that the host belongs to the cluster. Unless forced it is refused while containers have their place there.
    /// </summary>
    /// <returns>The host as it was removed.</returns>
    Task<Outcome<Host>> RemoveAsync(HostId id, DateTimeOffset now, bool force, CancellationToken token);

    /// <summary>Keeps a join token, and forgets those that were of no use to anybody for a week.</summary>
    Task AddTokenAsync(JoinToken joinToken, CancellationToken token);

    /// <summary>
    /// Lets a machine in and spends its token, in one transaction: of two machines with one token, or two that want one name, one
    /// is let in. Whoever was let in with the token and asks again with the same key gets the host that it is.
    /// </summary>
    /// <param name="admit">From all hosts that there are and were: the host to record, or why not. May be called more than once.</param>
    Task<Outcome<Host>> JoinAsync(JoinAttempt attempt, Func<IReadOnlyList<Host>, Outcome<Host>> admit, CancellationToken token);
}

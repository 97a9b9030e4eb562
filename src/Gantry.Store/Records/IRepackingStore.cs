using Gantry.Domain.Hosts;

namespace Gantry.Store.Records;

/// <summary>The repacking of the cluster: one at a time, and the last one until another begins.</summary>
public interface IRepackingStore
{
    /// <summary>Null when there never was one.</summary>
    Task<Repacking?> FindAsync(CancellationToken token);

    /// <summary>Null while none is under way: an ended plan, which may be long, is not read.</summary>
    Task<Repacking?> FindUnendedAsync(CancellationToken token);

    /// <summary>Takes the place of the last one, if that has ended. Of two that begin at once one does.</summary>
    /// <returns>It with its number; null while another one has not ended.</returns>
    Task<Repacking?> BeginAsync(Repacking repacking, CancellationToken token);

    /// <summary>Reads, changes and writes in one transaction; the number and the beginning stay.</summary>
    /// <returns>It afterwards; null when another one has begun.</returns>
    Task<Repacking?> UpdateAsync(long number, Func<Repacking, Repacking> change, CancellationToken token);
}

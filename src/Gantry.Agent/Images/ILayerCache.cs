using Gantry.Domain;

namespace Gantry.Agent.Images;

/// <summary>Root file systems and app layers of this host, unpacked once and shared read-only by all containers.</summary>
public interface ILayerCache
{
    /// <summary>
    /// Directory of a layer or stack, unpacked from its blob (tar, tar.zst or tar.gz) if need be. Concurrent calls share one unpacking;
    /// a half-done unpacking is never seen.
    /// </summary>
    Task<string> EnsureAsync(Digest digest, CancellationToken token);

    /// <summary>Removes what no image needs any more.</summary>
    Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token);
}

using Gantry.Domain;

namespace Gantry.Agent.Images;

/// <summary>Root file systems and app layers of this host, unpacked once and shared read-only by all containers.</summary>
public interface ILayerCache
{
    /// <summary>True when it is unpacked already.</summary>
    bool Has(Digest digest);

    /// <summary>True when it is ready as a root file system: <see cref="PrepareRootAsync"/> has nothing left to do.</summary>
    Task<bool> HasRootAsync(Digest digest, CancellationToken token) => Task.FromResult(Has(digest));

    /// <summary>
    /// Directory of a layer or stack, unpacked from its blob (tar, tar.zst or tar.gz) if need be. Concurrent calls share one unpacking;
    /// a half-done unpacking is never seen.
    /// </summary>
    Task<string> EnsureAsync(Digest digest, CancellationToken token);

    /// <summary>Makes a root file system ready, so that its first container does not wait for that.</summary>
    Task PrepareRootAsync(Digest digest, CancellationToken token) => EnsureAsync(digest, token);

    /// <summary>
    /// Unpacks a layer while it is made, so that its maker's host need not read it again: <paramref name="make"/> writes the plain tar
    /// and returns the digest under which the layer is stored, or null when it is not wanted after all.
    /// </summary>
    Task AddAsync(Func<Stream, CancellationToken, Task<Digest?>> make, CancellationToken token);

    /// <summary>Removes what no image needs any more, and what a crash left half unpacked.</summary>
    Task CollectAsync(IReadOnlySet<Digest> needed, CancellationToken token);
}

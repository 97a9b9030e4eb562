using Gantry.Domain;

namespace Gantry.Build.Stacks;

/// <summary>Brings root file systems into the blob store, as what stacks are made of.</summary>
public interface IStackImporter
{
    /// <summary>
    /// Imports one root file system. A tar that was imported before and has not changed is not read again.
    /// </summary>
    /// <param name="source">
    /// A tar (plain, gzip or zstd), a folder with a root file system, a folder or archive with an OCI layout
    /// (<c>oci:PATH:TAG</c> when it holds several images), an image of a registry (<c>docker://HOST/NAME:TAG</c>), or another
    /// source that skopeo understands (<c>docker-archive:PATH</c>). Beside <c>NAME.tar</c>, a file <c>NAME.digest</c> with its SHA-256 is verified.
    /// </param>
    /// <returns>The digest that a <see cref="Gantry.Domain.Images.Stack"/> names, or why the source is no usable root.</returns>
    /// <exception cref="BuildException">The host could not do its part.</exception>
    Task<Outcome<ImportedRoot>> ImportAsync(string source, IProgress<StackProgress>? progress, CancellationToken token);
}

/// <summary>A root file system in the blob store.</summary>
/// <param name="Bytes">Compressed.</param>
/// <param name="WasKnown">True when nothing had to be done.</param>
public sealed record ImportedRoot(Digest Digest, long Bytes, bool WasKnown);

/// <summary>How far an import is.</summary>
/// <param name="Step">For people: <c>reading gantry-12.tar</c>.</param>
/// <param name="TotalBytes">Null when unknown.</param>
public sealed record StackProgress(string Step, long DoneBytes, long? TotalBytes);

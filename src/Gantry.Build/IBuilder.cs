using Gantry.Domain;
using Gantry.Domain.Images;

namespace Gantry.Build;

/// <summary>Turns source code into a layer.</summary>
public interface IBuilder
{
    /// <summary>
    /// Builds in a sandbox and stores the layer. Output streams while it happens. Cancelling ends the build and
    /// leaves nothing behind. How many run at once is up to the caller.
    /// </summary>
    /// <returns>The built layer, or why it failed in a sentence for the tenant.</returns>
    Task<Outcome<BuildResult>> BuildAsync(BuildRequest request, IBuildOutput output, CancellationToken token);

    /// <summary>Forgets the build cache of an app.</summary>
    Task DeleteCacheAsync(AppId app, CancellationToken token);
}

/// <summary>What to build.</summary>
/// <param name="Source">Archive of the source: tar or tar.gz.</param>
/// <param name="SingleRoot">True when the archive has exactly one root folder that is not part of the source.</param>
/// <param name="Variables">The app's variables with aliases resolved.</param>
/// <param name="SourceVersion">Commit, shown to the build as <c>SOURCE_VERSION</c>.</param>
public sealed record BuildRequest(
    ContainerId BuildId, AppId AppId, string AppName, Stack Stack, Stream Source, bool SingleRoot,
    IReadOnlyDictionary<string, string> Variables, string SourceVersion);

/// <summary>What a build made; sizes in bytes.</summary>
public sealed record BuildResult(
    Digest LayerDigest, long LayerBytes, IReadOnlyDictionary<string, string> ProcessTypes, IReadOnlyDictionary<string, string> ConfigVars);

/// <summary>Receives the output of a build as it comes.</summary>
public interface IBuildOutput
{
    ValueTask WriteAsync(string text, CancellationToken token);

    /// <summary>The buildpacks have ended well; what they made is packed from now on.</summary>
    ValueTask PackingAsync(CancellationToken token) => ValueTask.CompletedTask;
}

namespace Gantry.Domain.Images;

/// <summary>A built app: a stack, one layer with the content of <c>/app</c>, and how to start it.</summary>
/// <param name="ProcessTypes">Command by process type, from the Procfile and the buildpack.</param>
/// <param name="ConfigVars">Default variables that the buildpack asked for; the app's own ones win.</param>
/// <param name="LayerBytes">Size of the compressed layer.</param>
public sealed record Image(
    ImageId Id,
    AppId AppId,
    Digest StackDigest,
    Digest LayerDigest,
    long LayerBytes,
    IReadOnlyDictionary<string, string> ProcessTypes,
    IReadOnlyDictionary<string, string> ConfigVars,
    string SourceVersion,
    DateTimeOffset CreatedAt);

/// <summary>A base image that all apps of it share.</summary>
/// <param name="RunDigest">Root file system that containers run on.</param>
/// <param name="BuildDigest">Root file system with compilers that builds run on.</param>
public sealed record Stack(
    StackId Id, string Name, string Description, string BaseImage, bool IsDefault,
    Digest RunDigest, Digest BuildDigest, DateTimeOffset CreatedAt, DateTimeOffset? DeprecatedAt);

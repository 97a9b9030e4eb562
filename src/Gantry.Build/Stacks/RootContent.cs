using Gantry.Build.Images;
using Gantry.Domain;

namespace Gantry.Build.Stacks;

/// <summary>What matters of a root file system before it is imported.</summary>
/// <param name="MissingFolders">Folders that containers need as mount points and the root lacks.</param>
/// <param name="Image">Set when the tar is no root but an image archive.</param>
internal sealed record RootContent(bool HasBash, IReadOnlyList<string> MissingFolders, OciImage? Image)
{
    private static readonly string[] MountPoints = ["app", "dev", "proc", "sys", "tmp"];
    private static readonly string[] Shells = ["bin/bash", "usr/bin/bash"];

    public static RootContent OfFolder(string folder) => new(
        Shells.Any(s => File.Exists(Path.Combine(folder, s))),
        [.. MountPoints.Where(m => !Directory.Exists(Path.Combine(folder, m)))], null);

    public static async Task<RootContent> OfTarAsync(string path, CancellationToken token)
    {
        var listing = await HostTool.RunAsync("tar", "/", ["--list", "--file", path], token);
        var names = listing.Split('\n').Select(n => n.TrimStart('.').Trim('/')).ToHashSet(StringComparer.Ordinal);
        var hasBash = Shells.Any(names.Contains);
        return new RootContent(hasBash, [.. MountPoints.Where(m => !names.Contains(m))], hasBash ? null : ImageIn(path, names));
    }

    public Refusal? Refusal(string source) => HasBash
        ? null
        : Domain.Refusal.Invalid("source", $"'{source}' is no root file system that apps can run on: it has no /bin/bash. Use a root with bash, such as one that mmdebstrap makes.");

    private static OciImage? ImageIn(string path, HashSet<string> names) =>
        names.Contains("oci-layout") ? new OciImage("oci-archive:" + path)
        : names.Contains("manifest.json") ? new OciImage("docker-archive:" + path)
        : null;
}

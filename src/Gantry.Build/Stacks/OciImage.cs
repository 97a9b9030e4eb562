using Gantry.Build.Images;

namespace Gantry.Build.Stacks;

/// <summary>An image that skopeo can read, such as an OCI layout in a folder.</summary>
internal sealed record OciImage(string Reference)
{
    private const string Registry = "docker://";
    private static readonly string[] Transports = ["oci:", "oci-archive:", "docker-archive:", Registry, "dir:"];

    public static OciImage? Recognise(string source)
    {
        if (Transports.Any(t => source.StartsWith(t, StringComparison.Ordinal)))
            return new OciImage(source);
        return File.Exists(Path.Combine(source, "oci-layout")) ? new OciImage("oci:" + Path.GetFullPath(source)) : null;
    }

    /// <returns>The folder of the root file system under <paramref name="work"/>.</returns>
    public async Task<string> UnpackAsync(string work, BuildOptions options, CancellationToken token)
    {
        await HostTool.RunAsync("skopeo", work, ["copy", "--quiet", .. RegistryFlags(options), Reference, $"oci:{work}/image:gantry"], token);
        await HostTool.RunAsync("umoci", work, ["unpack", "--image", $"{work}/image:gantry", $"{work}/bundle"], token);
        return Path.Combine(work, "bundle", "rootfs");
    }

    private IEnumerable<string> RegistryFlags(BuildOptions options)
    {
        if (!Reference.StartsWith(Registry, StringComparison.Ordinal))
            yield break;
        if (options.RegistryAuthFile is { } file)
            yield return $"--src-authfile={file}";
        if (options.InsecureRegistries.Contains(Reference[Registry.Length..].Split('/')[0]))
            yield return "--src-tls-verify=false";
    }
}

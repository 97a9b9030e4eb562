using Gantry.Build.Images;

namespace Gantry.Build.Stacks;

/// <summary>An image that skopeo can read, such as an OCI layout in a folder.</summary>
internal sealed record OciImage(string Reference)
{
    private static readonly string[] Transports = ["oci:", "oci-archive:", "docker-archive:", "docker:", "dir:"];

    public static OciImage? Recognise(string source)
    {
        if (Transports.Any(t => source.StartsWith(t, StringComparison.Ordinal)))
            return new OciImage(source);
        return File.Exists(Path.Combine(source, "oci-layout")) ? new OciImage("oci:" + Path.GetFullPath(source)) : null;
    }

    /// <returns>The folder of the root file system under <paramref name="work"/>.</returns>
    public async Task<string> UnpackAsync(string work, CancellationToken token)
    {
        await HostTool.RunAsync("skopeo", work, ["copy", "--quiet", Reference, $"oci:{work}/image:gantry"], token);
        await HostTool.RunAsync("umoci", work, ["unpack", "--image", $"{work}/image:gantry", $"{work}/bundle"], token);
        return Path.Combine(work, "bundle", "rootfs");
    }
}

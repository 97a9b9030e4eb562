namespace Gantry.Logs.Tests.Support;

/// <summary>A directory of its own that goes with the test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly List<string> _mounts = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("gantry-logs-").FullName;

    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>A file system so small that it is soon full.</summary>
    public string Mount(string kind, int megabytes)
    {
        var target = Directory.CreateDirectory(Path($"mount-{kind}")).FullName;
        if (kind == "tmpfs") Shell.Run($"mount -t tmpfs -o size={megabytes}m none {target}");
        else Shell.Run($"truncate -s {megabytes}M {target}.img && mkfs.ext4 -q -F {target}.img && mount -o loop {target}.img {target}");
        _mounts.Add(target);
        return target;
    }

    public void Dispose()
    {
        foreach (var mount in _mounts) Shell.Run($"umount -l {mount}");
        Directory.Delete(Root, recursive: true);
    }
}

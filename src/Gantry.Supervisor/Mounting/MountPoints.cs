using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Oci;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Mounting;

/// <summary>Places to mount on that a read-only stack does not have.</summary>
internal static class MountPoints
{
    private static readonly string[] _ownContent = ["/app", "/tmp", "/dev", "/proc", "/sys", "/run"];

    /// <summary>
    /// Root file system with a mount point for each mount: the stack itself, or the stack below a layer of mount points.
    /// </summary>
    public static string Ensure(Slot slot, string rootfs, StartRequest request, IReadOnlyList<OciMount> mounts)
    {
        var missing = mounts.Where(m => !IsWritable(m.Target, mounts) && !Exists(request.StackDirectory, m.Target)).ToList();
        if (missing.Count == 0)
            return rootfs;
        var points = Path.Combine(slot.Scratch, "points");
        foreach (var mount in missing)
            Make(points, mount);
        // Without an upper layer it is read-only.
        var joined = Path.Combine(slot.Directory, "joined");
        Directory.CreateDirectory(joined);
        Mounts.Mount("overlay", joined, "overlay", Mounts.NoSuid | Mounts.NoDevices, $"lowerdir={points}:{rootfs}");
        return joined;
    }

    // Below these crun makes what is missing by itself.
    private static bool IsWritable(string target, IReadOnlyList<OciMount> mounts) =>
        _ownContent.Any(top => target.StartsWith(top + "/", StringComparison.Ordinal))
        || mounts.Any(m => !m.ReadOnly && target.StartsWith(m.Target + "/", StringComparison.Ordinal));

    /// <summary>True also when a part is a symbolic link: crun resolves it inside the root.</summary>
    private static bool Exists(string stack, string target)
    {
        var path = stack;
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
                return true;
            if (!Path.Exists(path))
                return false;
        }
        return true;
    }

    private static void Make(string points, OciMount mount)
    {
        var path = points + mount.Target;
        // The supervisor's mask would make them unreadable inside.
        const UnixFileMode mode = (UnixFileMode)0x1ed;
        if (File.Exists(mount.Source))
        {
            MakeDirectories(points, Path.GetDirectoryName(path)!, mode);
            File.WriteAllBytes(path, []);
            File.SetUnixFileMode(path, (UnixFileMode)0x1a4);
        }
        else
        {
            MakeDirectories(points, path, mode);
        }
    }

    private static void MakeDirectories(string top, string path, UnixFileMode mode)
    {
        if (path.Length > top.Length)
            MakeDirectories(top, Path.GetDirectoryName(path)!, mode);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, mode);
    }
}

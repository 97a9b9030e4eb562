using Gantry.Linux.Kernel;

namespace Gantry.Agent.Images;

/// <summary>
/// Makes unpacked layers safe against power cuts without waiting for the disk: until a layer is known to be on disk, a
/// file beside it names the boot it was unpacked in, and any later boot unpacks it again.
/// </summary>
internal static class LayerDirectory
{
    private const string MarkerSuffix = ".unsynced";

    public static bool IsWhole(string path)
    {
        if (!Directory.Exists(path))
            return false;
        var marker = path + MarkerSuffix;
        if (!File.Exists(marker) || File.ReadAllText(marker) == BootId())
            return true;
        Delete(path);
        return false;
    }

    public static void Publish(string half, string path)
    {
        File.WriteAllText(path + MarkerSuffix, BootId());
        Directory.Move(half, path);
        _ = Task.Run(() => Sync(path));
    }

    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
            return;
        // Renamed first, so that no one sees half of it.
        var trash = path + ".trash";
        if (Directory.Exists(trash))
            Tree.Delete(trash);
        Directory.Move(path, trash);
        File.Delete(path + MarkerSuffix);
        Tree.Delete(trash);
    }

    /// <summary>When it fails, the marker stays: the worst that follows is one unpacking more after a reboot.</summary>
    private static void Sync(string path)
    {
        var fd = Libc.Open(Path.GetDirectoryName(path)!, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        if (fd == -1)
            return;
        if (Libc.SyncFileSystem(fd) == 0)
            File.Delete(path + MarkerSuffix);
        _ = Libc.Close(fd);
    }

    private static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}

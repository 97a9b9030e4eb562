using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Mounting;

/// <summary>Directories that only hold mount points.</summary>
internal static class MountTree
{
    /// <summary>Unmounts all below and removes the directories. It never deletes a file, so a mount that stays is not emptied.</summary>
    public static void Remove(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        // The scratch file system goes last: the overlay lies on it.
        foreach (var child in Directory.GetFileSystemEntries(directory).OrderBy(d => Path.GetFileName(d) == "scratch"))
        {
            UnmountAll(child);
            if (File.Exists(child))
                File.Delete(child);
            else
                Directory.Delete(child);
        }
        Directory.Delete(directory);
    }

    private static void UnmountAll(string target)
    {
        // Mounts can be stacked: a disk and its idmapped view.
        Mounts.Unmount(target);
        Mounts.Unmount(target);
    }
}

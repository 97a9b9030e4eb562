using Gantry.Linux.Kernel;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Mounting;

/// <summary>Directories that only hold mount points.</summary>
internal static class MountTree
{
    /// <summary>
    /// Unmounts in another process and removes the directories: the last user of a disk waits until what was written is written
    /// back, half a second for a large build, and the loop may not.
    /// </summary>
    public static async Task RemoveAsync(string directory, Tool tool)
    {
        // Those that are no mounts make it fail; what is left is seen below.
        if (Directory.Exists(directory) && Children(directory) is { Length: > 0 } children)
            await tool.TryRunAsync(["umount", "--lazy", .. children.SelectMany(c => new[] { c, c })]);
        Remove(directory);
    }

    /// <summary>Unmounts all below; whoever has something open or mounted elsewhere keeps it.</summary>
    public static void Detach(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var child in Children(directory))
            UnmountAll(child);
    }

    /// <summary>Unmounts all below and removes the directories. It never deletes a file, so a mount that stays is not emptied.</summary>
    public static void Remove(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var child in Children(directory))
        {
            UnmountAll(child);
            if (File.Exists(child))
                File.Delete(child);
            else
                Directory.Delete(child);
        }
        Directory.Delete(directory);
    }

    /// <summary>The scratch file system goes last: what joins mount points lies on it.</summary>
    private static string[] Children(string directory) =>
        [.. Directory.GetFileSystemEntries(directory).OrderBy(d => Path.GetFileName(d) == "scratch")];

    private static void UnmountAll(string target)
    {
        // Mounts can be stacked: a disk and its idmapped view.
        Mounts.Unmount(target);
        Mounts.Unmount(target);
    }
}

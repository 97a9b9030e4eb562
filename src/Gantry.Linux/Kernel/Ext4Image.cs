namespace Gantry.Linux.Kernel;

/// <summary>File systems of a bounded size in sparse files, as both runtimes give them to containers.</summary>
internal static class Ext4Image
{
    /// <summary>Of scratch disks: what is in them never outlives the container, so there is no journal and no barrier.</summary>
    public const string ScratchFeatures = "^has_journal,^resize_inode";

    /// <inheritdoc cref="ScratchFeatures"/>
    public const string ScratchOptions = "discard,nobarrier,noinit_itable";

    /// <summary>Of disks that outlive their containers.</summary>
    public const string DiskFeatures = "^resize_inode";

    /// <inheritdoc cref="DiskFeatures"/>
    public const string DiskOptions = "discard";

    /// <summary>The program that makes one, with its arguments.</summary>
    /// <param name="owner">Who owns the root directory, as <c>UID:GID</c>.</param>
    public static IReadOnlyList<string> MakeCommand(string path, long bytes, string features, string owner) =>
    [
        "mkfs.ext4", "-q", "-F", "-b", "4096", "-O", features, "-m", "0", "-E", $"lazy_itable_init=1,nodiscard,root_owner={owner}",
        path, $"{bytes / 1024}k",
    ];

    /// <summary>Mounts an image over a loop device, which keeps the file until it is unmounted, with a name or without.</summary>
    /// <param name="nameless">Takes the name away, so that no crash leaves the file behind.</param>
    public static void Mount(string image, string target, string options, bool nameless = false)
    {
        var (fd, device) = LoopDevice.Attach(image);
        try
        {
            if (nameless)
                File.Delete(image);
            Mounts.Mount(device, target, "ext4", Mounts.NoSuid | Mounts.NoDevices | Mounts.NoAccessTimes, options);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    /// <summary>True while a loop device has the image: mounting it once more would destroy it.</summary>
    public static bool IsAttached(string image)
    {
        foreach (var device in Directory.GetDirectories("/sys/block", "loop*"))
        {
            try
            {
                if (File.ReadAllText($"{device}/loop/backing_file").Trim() == image)
                    return true;
            }
            catch (IOException)
            {
                // A free device has no such file, and it can become free at any moment.
            }
        }

        return false;
    }

    /// <summary>Makes the folders of a container's scratch: the upper and work ones of its overlay, and its <c>/tmp</c>.</summary>
    /// <param name="owner">Host id of the app's user.</param>
    public static void MakeScratchFolders(string scratch, uint owner)
    {
        foreach (var name in (ReadOnlySpan<string>)["upper", "work", "tmp"])
        {
            var path = Directory.CreateDirectory(Path.Combine(scratch, name)).FullName;
            LinuxException.Check(Libc.Chown(path, owner, owner), $"Giving {path} to the app");
            LinuxException.Check(Libc.Chmod(path, name == "tmp" ? 0x3ff : 0x1ed), $"Setting the mode of {path}");
        }
    }
}

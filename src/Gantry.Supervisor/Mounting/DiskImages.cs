using Gantry.Linux.Kernel;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Mounting;

/// <summary>File systems in sparse files that outlive containers. One container at a time has each.</summary>
internal sealed class DiskImages(EventLoop loop, Tool tool)
{
    private readonly HashSet<string> _busy = [];

    /// <summary>Mounts an image, made on first use; its root belongs to the app.</summary>
    public async Task MountAsync(string image, long bytes, string target, string user)
    {
        await WaitUntilFreeAsync(image, user);
        _busy.Add(image);
        try
        {
            if (!File.Exists(image))
                await MakeAsync(image, bytes);
            Mount(image, target);
        }
        finally
        {
            _busy.Remove(image);
        }
    }

    private static void Mount(string image, string target)
    {
        var (fd, device) = LoopDevice.Attach(image);
        try
        {
            Mounts.Mount(device, target, "ext4", Mounts.NoSuid | Mounts.NoDevices | Mounts.NoAccessTimes, "discard");
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    /// <summary>Mounting one image twice would destroy it; the last user's kernel resources may take a moment to go.</summary>
    private async Task WaitUntilFreeAsync(string image, string user)
    {
        for (var attempt = 0; _busy.Contains(image) || IsAttached(image); attempt++)
        {
            if (attempt >= 100)
                throw new IOException($"The disk {image} is in use by another container, so {user} cannot have it: remove that container first.");
            await loop.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static bool IsAttached(string image)
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

    private async Task MakeAsync(string image, long bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        var half = image + ".new";
        File.Delete(half);
        await tool.RunAsync(
            ["mkfs.ext4", "-q", "-F", "-b", "4096", "-m", "0", "-E", "lazy_itable_init=1,nodiscard,root_owner=1000:1000", half, $"{bytes / 1024}k"]);
        File.Move(half, image);
    }
}

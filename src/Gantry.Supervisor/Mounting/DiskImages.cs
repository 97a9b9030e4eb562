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
            Ext4Image.Mount(image, target, Ext4Image.DiskOptions);
        }
        finally
        {
            _busy.Remove(image);
        }
    }

    /// <summary>Mounting one image twice would destroy it; the last user's kernel resources may take a moment to go.</summary>
    private async Task WaitUntilFreeAsync(string image, string user)
    {
        for (var attempt = 0; _busy.Contains(image) || Ext4Image.IsAttached(image); attempt++)
        {
            if (attempt >= 100)
                throw new IOException($"The disk {image} is in use by another container, so {user} cannot have it: remove that container first.");
            await loop.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task MakeAsync(string image, long bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(image)!);
        var half = image + ".new";
        File.Delete(half);
        await tool.RunAsync(Ext4Image.MakeCommand(half, bytes, Ext4Image.DiskFeatures, "1000:1000"));
        File.Move(half, image);
    }
}

using Gantry.Linux.Kernel;
using Gantry.Supervisor.Oci;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// The writable part of a container: a file system of exactly the bytes it may use, in a sparse file. The file has no
/// name once it is mounted, so that a crash leaves nothing on disk.
/// </summary>
internal sealed class ScratchDisk(Tool tool, string directory)
{
    private readonly Dictionary<long, Task<string>> _templates = [];

    // No journal, no barriers: what is in here never outlives the container.
    private const string Options = "discard,nobarrier,noinit_itable";

    public async Task MountAsync(Slot slot, long bytes)
    {
        var template = await TemplateAsync(bytes);
        var image = Path.Combine(directory, $"slot-{slot.Number}.img");
        SparseFile.Copy(template, image);
        Directory.CreateDirectory(slot.Scratch);
        var (fd, device) = LoopDevice.Attach(image);
        File.Delete(image);
        try
        {
            Mounts.Mount(device, slot.Scratch, "ext4", Mounts.NoSuid | Mounts.NoDevices | Mounts.NoAccessTimes, Options);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
        foreach (var name in (ReadOnlySpan<string>)["upper", "work", "tmp"])
            Own(Directory.CreateDirectory(Path.Combine(slot.Scratch, name)).FullName, slot, name == "tmp" ? 0x3ff : 0x1ed);
        slot.ScratchBytes = bytes;
    }

    private static void Own(string path, Slot slot, int mode)
    {
        var id = slot.BaseId + OciConfig.AppUser;
        LinuxException.Check(Libc.Chown(path, id, id), $"Giving {path} to the app");
        LinuxException.Check(Libc.Chmod(path, mode), $"Setting the mode of {path}");
    }

    private Task<string> TemplateAsync(long bytes) =>
        _templates.TryGetValue(bytes, out var known) && !known.IsFaulted ? known : _templates[bytes] = MakeTemplateAsync(bytes);

    /// <summary>Makes the file system once per size; copying its few non-zero blocks takes a millisecond.</summary>
    private async Task<string> MakeTemplateAsync(long bytes)
    {
        var path = Path.Combine(directory, $"template-{bytes}.img");
        if (File.Exists(path))
            return path;
        var half = path + ".new";
        File.Delete(half);
        await tool.RunAsync(
            ["mkfs.ext4", "-q", "-F", "-b", "4096", "-O", "^has_journal,^resize_inode", "-m", "0", "-E", "lazy_itable_init=1,nodiscard,root_owner=0:0",
             half, $"{bytes / 1024}k"]);
        File.Move(half, path, overwrite: true);
        return path;
    }
}

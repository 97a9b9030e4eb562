using Gantry.Linux.Kernel;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Slots;

/// <summary>
/// The writable part of a container: a file system of exactly the bytes it may use, in a sparse file. The file has no
/// name once it is mounted, so that a crash leaves nothing on disk.
/// </summary>
internal sealed class ScratchDisk(Tool tool, string directory)
{
    private const UnixFileMode Passable = (UnixFileMode)0x1ed;
    private readonly Dictionary<long, Task<string>> _templates = [];

    public async Task MountAsync(Slot slot, long bytes)
    {
        var template = await TemplateAsync(bytes);
        var image = Path.Combine(directory, $"slot-{slot.Number}.img");
        SparseFile.Copy(template, image);
        Directory.CreateDirectory(slot.Scratch);
        Ext4Image.Mount(image, slot.Scratch, Ext4Image.ScratchOptions, nameless: true);
        Directory.CreateDirectory(slot.Files);
        // As the root of the disk is: the first process of the container passes through both.
        File.SetUnixFileMode(slot.Files, Passable);
        Ext4Image.MakeScratchFolders(slot.Files, slot.AppId);
        slot.HoldDisk();
        slot.ScratchBytes = bytes;
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
        await tool.RunAsync(Ext4Image.MakeCommand(half, bytes, Ext4Image.ScratchFeatures, "0:0"));
        File.Move(half, path, overwrite: true);
        return path;
    }
}

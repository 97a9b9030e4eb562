using Gantry.Agent.Runtime.Native;
using Gantry.Domain;
using Gantry.Linux.Kernel;
using Microsoft.Extensions.Options;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>
/// What is writable in a container, made on the host before the engine hears of it: one bounded disk for <c>/app</c> and
/// <c>/tmp</c>, the app's layer under it, and the disks that outlive containers. It outlives the agent, not the host's boot.
/// </summary>
internal sealed class ContainerFolders(EngineUsers users, IOptions<AgentOptions> options)
{
    private const uint AppUser = 1000;
    private static readonly SemaphoreSlim _making = new(1, 1);
    private readonly string _root = Path.Combine(Path.GetFullPath(options.Value.DataDirectory), "docker");
    private readonly string _templates = Path.Combine(Path.GetFullPath(options.Value.DataDirectory), "scratch");

    public string Of(ContainerId id) => Path.Combine(_root, id.Value);

    /// <summary>Mounts all that is not mounted yet. Layer is its directory on this host.</summary>
    public async Task MakeAsync(ContainerSpec spec, string? layer, CancellationToken token)
    {
        foreach (var mount in spec.Mounts.Where(m => !Path.Exists(m.HostPath)))
            throw new RuntimeException($"{mount.HostPath} does not exist on this host, so it cannot be mounted in a container.", false);
        var mapping = await users.GetAsync(token);
        var folder = Directory.CreateDirectory(Of(spec.Id)).FullName;
        File.Delete(EndOf(spec.Id));
        await File.WriteAllLinesAsync(ResolvConf(spec.Id), SupervisorSettings.Resolvers(options.Value).Select(r => "nameserver " + r), token);
        var scratch = Path.Combine(folder, "scratch");
        if (!IsMounted(scratch))
            await MountScratchAsync(folder, scratch, spec.Limits.ScratchBytes, mapping.FirstId + AppUser, token);
        if (layer is not null && mapping.IsMapped)
            layer = BindMapped(layer, Path.Combine(folder, "layer"), true, mapping);
        if (layer is not null && !IsMounted(Path.Combine(folder, "app")))
            // Volatile: no flush of a container's scratch may slow its neighbours.
            Mounts.Mount("overlay", Directory.CreateDirectory(Path.Combine(folder, "app")).FullName, "overlay", Mounts.NoSuid | Mounts.NoDevices,
                $"lowerdir={layer},upperdir={scratch}/upper,workdir={scratch}/work,volatile");
        BlockIo.LimitWriteBack(scratch, spec.Limits.DiskBytesPerSecond, spec.Limits.DiskOperationsPerSecond);
        for (var i = 0; i < spec.Disks.Count; i++)
            if (!IsMounted(DiskFolder(spec.Id, i)))
                await MountDiskAsync(spec.Disks[i], Directory.CreateDirectory(DiskFolder(spec.Id, i)).FullName, mapping, token);
        if (mapping.IsMapped)
            for (var i = 0; i < spec.Mounts.Count; i++)
                BindMapped(spec.Mounts[i].HostPath, Path.Combine(folder, $"bind{i}"), spec.Mounts[i].ReadOnly, mapping);
    }

    /// <summary>What the engine binds for a directory or file of the host: its owners are mapped where the engine maps users.</summary>
    public string BindSource(ContainerId id, int index, BindMount mount) =>
        Path.Combine(Of(id), $"bind{index}") is var mapped && Path.Exists(mapped) ? mapped : Path.GetFullPath(mount.HostPath);

    public string DiskFolder(ContainerId id, int index) => Path.Combine(Of(id), $"disk{index}");

    public string App(ContainerId id) => Directory.Exists(Path.Combine(Of(id), "app")) ? Path.Combine(Of(id), "app") : Path.Combine(Of(id), "scratch", "upper");

    /// <summary>What a container's files are on: its own scratch, and the disk of all layers.</summary>
    public IReadOnlyList<string> Disks(ContainerId id) =>
        [.. new[] { Path.Combine(Of(id), "scratch"), _root }.Select(BlockIo.DiskOf).OfType<string>().Distinct()];

    /// <summary>Without it the engine would put a resolver of its own in between.</summary>
    public string ResolvConf(ContainerId id) => Path.Combine(Of(id), "resolv.conf");

    public string Temporary(ContainerId id) => Path.Combine(Of(id), "scratch", "tmp");

    /// <summary>The path on the host of a path inside. A link that the tenant made would lead out of the container.</summary>
    public string Find(ContainerId id, string containerPath)
    {
        var root = Below(containerPath, "/app") ? App(id) : Below(containerPath, "/tmp") ? Temporary(id)
            : throw new RuntimeException($"{containerPath} is not below /app or /tmp, and only these have a path on the host.", false);
        if (!Directory.Exists(root))
            throw new RuntimeException($"There is no container {id} on this host.", false);
        var path = root;
        foreach (var part in containerPath[4..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            if (part == ".." || new FileInfo(path).LinkTarget is not null)
                throw new RuntimeException($"{containerPath} passes through a symbolic link or '..', so it has no safe path on the host.", false);
        }

        return path;
    }

    /// <summary>Frees everything but a file that remembers the tag of its log.</summary>
    public void WriteEnd(ContainerId id, string tag)
    {
        Remove(id);
        Directory.CreateDirectory(Of(id));
        File.WriteAllText(EndOf(id), tag);
    }

    public string? ReadEnd(ContainerId id) => File.Exists(EndOf(id)) ? File.ReadAllText(EndOf(id)) : null;

    public IReadOnlyList<ContainerId> ListEnds() => Directory.Exists(_root)
        ? [.. Directory.GetDirectories(_root).Select(d => new ContainerId(Path.GetFileName(d))).Where(id => File.Exists(EndOf(id)))]
        : [];

    public void Remove(ContainerId id) => Remove(Of(id));

    /// <summary>All of them, also those whose containers are gone.</summary>
    public void RemoveAll()
    {
        if (!Directory.Exists(_root))
            return;
        foreach (var folder in Directory.GetDirectories(_root))
            Remove(folder);
    }

    private static void Remove(string folder)
    {
        // The loop device gets another file next, perhaps not ours.
        if (IsMounted(Path.Combine(folder, "scratch")))
            BlockIo.LimitWriteBack(Path.Combine(folder, "scratch"), null, null);
        // The last mounted first. Nothing is deleted below a mount: it may be somebody's disk.
        foreach (var mount in MountsBelow(folder).AsEnumerable().Reverse())
            Mounts.Unmount(mount);
        if (Directory.Exists(folder) && MountsBelow(folder).Count == 0)
            Directory.Delete(folder, recursive: true);
    }

    private string EndOf(ContainerId id) => Path.Combine(Of(id), "ended");

    private static bool Below(string path, string top) => path == top || path.StartsWith(top + "/", StringComparison.Ordinal);

    private static bool IsMounted(string path) => MountsBelow(path).Contains(path);

    private static List<string> MountsBelow(string folder) =>
        [.. File.ReadLines("/proc/self/mountinfo").Select(l => l.Split(' ')[4]).Where(m => Below(m, folder))];

    private async Task MountScratchAsync(string folder, string scratch, long bytes, uint owner, CancellationToken token)
    {
        var image = Path.Combine(folder, "scratch.img");
        SparseFile.Copy(await TemplateAsync(bytes, token), image);
        Ext4Image.Mount(image, Directory.CreateDirectory(scratch).FullName, Ext4Image.ScratchOptions, nameless: true);
        Ext4Image.MakeScratchFolders(scratch, owner);
    }

    private async Task<string> TemplateAsync(long bytes, CancellationToken token)
    {
        var path = Path.Combine(_templates, $"docker-template-{bytes}.img");
        await _making.WaitAsync(token);
        try
        {
            if (!File.Exists(path))
                await MakeImageAsync(path, bytes, Ext4Image.ScratchFeatures, "0:0", token);
            return path;
        }
        finally
        {
            _making.Release();
        }
    }

    private static async Task MountDiskAsync(DiskMount disk, string target, EngineMapping mapping, CancellationToken token)
    {
        // Mounting one image twice would destroy it; the last user's kernel resources may take a moment to go.
        for (var attempt = 0; Ext4Image.IsAttached(disk.ImagePath); attempt++)
        {
            if (attempt >= 100)
                throw new RuntimeException($"The disk {disk.ImagePath} is in use by another container: remove that container first.", true);
            await Task.Delay(50, token);
        }

        if (!File.Exists(disk.ImagePath))
            await MakeImageAsync(disk.ImagePath, disk.SizeBytes, Ext4Image.DiskFeatures, $"{AppUser}:{AppUser}", token);
        Ext4Image.Mount(disk.ImagePath, target, Ext4Image.DiskOptions);
        if (mapping.IsMapped)
            Mounts.Bind(target, target, readOnly: false, mapping.Namespace);
    }

    private static string BindMapped(string source, string target, bool readOnly, EngineMapping mapping)
    {
        if (IsMounted(target))
            return target;
        if (Directory.Exists(source))
            Directory.CreateDirectory(target);
        else
            File.Create(target).Dispose();
        Mounts.Bind(Path.GetFullPath(source), target, readOnly, mapping.Namespace);
        return target;
    }

    private static async Task MakeImageAsync(string path, long bytes, string features, string owner, CancellationToken token)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var half = path + ".new";
        File.Delete(half);
        await HostProgram.RunAsync(Ext4Image.MakeCommand(half, bytes, features, owner), "", token);
        File.Move(half, path);
    }
}

using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Oci;
using Gantry.Supervisor.Processes;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Mounting;

/// <summary>
/// Puts a container's file systems together in the supervisor's own mount namespace: the host's mount table stays clean,
/// and the kernel frees all of it when the supervisor and the container are gone. Once the container runs it has them in
/// its own namespace, and they go from this one: crun copies the whole table for each start, so it must not grow.
/// </summary>
internal sealed class ContainerMounts(DiskImages disks, Tool tool, string resolvConf)
{
    public async Task<(string Rootfs, List<OciMount> Mounts)> MakeAsync(Slot slot, StartRequest request, string containerDirectory)
    {
        var rootfs = Bind(slot, "rootfs", request.StackDirectory, readOnly: true);
        List<OciMount> mounts =
        [
            new(await MountAppAsync(slot, request.LayerDirectory), "/app", false),
            new(Path.Combine(slot.Files, "tmp"), "/tmp", false),
            new(resolvConf, "/etc/resolv.conf", true),
            new(Path.Combine(containerDirectory, "hosts"), "/etc/hosts", true),
            new(Path.Combine(containerDirectory, "hostname"), "/etc/hostname", true),
        ];
        for (var i = 0; i < request.Disks.Count; i++)
            mounts.Add(new(await MountDiskAsync(slot, $"disk{i}", request.Disks[i], request.Id), request.Disks[i].ContainerPath, false));
        for (var i = 0; i < request.Mounts.Count; i++)
            mounts.Add(new(
                BindOfHost(slot, $"bind{i}", request.Mounts[i]), request.Mounts[i].ContainerPath, request.Mounts[i].ReadOnly));
        return (MountPoints.Ensure(slot, rootfs, request, mounts), mounts);
    }

    private async Task<string> MountAppAsync(Slot slot, string? layer)
    {
        var upper = Path.Combine(slot.Files, "upper");
        if (layer is null)
            return upper;
        var lower = Bind(slot, "layer", layer, readOnly: true);
        var app = Path.Combine(slot.Files, "app");
        Directory.CreateDirectory(app);
        // Volatile: no flush of a container's scratch may slow its neighbours.
        Mounts.Mount("overlay", app, "overlay", Mounts.NoSuid | Mounts.NoDevices,
            $"lowerdir={lower},upperdir={upper},workdir={Path.Combine(slot.Files, "work")},volatile" + (slot.PlainIds ? ",metacopy=on" : ""));
        slot.HoldTree();
        if (slot.PlainIds)
            await GiveAsync(slot, app);
        return app;
    }

    private async Task<string> MountDiskAsync(Slot slot, string name, DiskRequest disk, string owner)
    {
        var raw = Path.Combine(slot.Directory, name + "-raw");
        Directory.CreateDirectory(raw);
        await disks.MountAsync(disk.ImagePath, disk.SizeBytes, raw, owner);
        if (slot.PlainIds)
            await GiveAsync(slot, raw, all: true);
        return Bind(slot, name, raw, readOnly: false);
    }

    private static string BindOfHost(Slot slot, string name, MountRequest mount) => slot.PlainIds && !mount.ReadOnly
        ? throw new IOException($"This host cannot map file owners, so {mount.HostPath} cannot be written in a container: mount it read-only, or use a disk.")
        : Bind(slot, name, mount.HostPath, mount.ReadOnly);

    /// <summary>
    /// Where owners are not mapped, what is the app's on disk gets its plain user. Of a layer that copies inodes to the scratch disk, no
    /// content; it takes time by the number of files. Links are not followed: tenants make them.
    /// </summary>
    private Task GiveAsync(Slot slot, string directory, bool all = false) => tool.RunAsync(
        ["chown", "-hR", .. all ? (string[])[] : [$"--from={OciConfig.AppUser}"], $"{slot.AppId}:{slot.AppId}", directory]);

    private static string Bind(Slot slot, string name, string source, bool readOnly)
    {
        var target = Path.Combine(slot.Directory, name);
        if (File.Exists(source))
            File.WriteAllBytes(target, []);
        else if (Directory.Exists(source))
            Directory.CreateDirectory(target);
        else
            throw new FileNotFoundException($"{source} does not exist on this host, so it cannot be mounted in a container.", source);
        Mounts.Bind(source, target, readOnly, slot.PlainIds ? null : slot.UserNamespace);
        return target;
    }
}

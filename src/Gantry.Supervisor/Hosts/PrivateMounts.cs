using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Hosts;

/// <summary>Checks and prepares the mount namespace that the supervisor was started in.</summary>
internal static class PrivateMounts
{
    internal const string Unified = "/sys/fs/cgroup/unified";

    public static void Prepare()
    {
        if (new FileInfo("/proc/self/ns/mnt").LinkTarget == new FileInfo("/proc/1/ns/mnt").LinkTarget)
            throw new InvalidOperationException("The supervisor needs a mount namespace of its own: start it with 'unshare --mount --propagation slave'.");
        if (!Directory.Exists(Unified))
            return;
        // crun refuses hosts with cgroup v1 that have a v2 mount beside it. Without one it makes plain directories there
        // and never removes them: they get a file system that goes with us.
        Mounts.Unmount(Unified);
        Mounts.Mount("tmpfs", Unified, "tmpfs", Mounts.NoSuid | Mounts.NoDevices, "size=16m,mode=755");
    }
}

using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Hosts;

/// <summary>Checks and prepares the mount namespace that the supervisor was started in.</summary>
internal static class PrivateMounts
{
    private const string Unified = "/sys/fs/cgroup/unified";

    public static void Prepare()
    {
        if (new FileInfo("/proc/self/ns/mnt").LinkTarget == new FileInfo("/proc/1/ns/mnt").LinkTarget)
            throw new InvalidOperationException("The supervisor needs a mount namespace of its own: start it with 'unshare --mount --propagation slave'.");
        // crun refuses hosts with cgroup v1 that have a v2 mount beside it.
        if (Directory.Exists(Unified))
            Mounts.Unmount(Unified);
    }
}

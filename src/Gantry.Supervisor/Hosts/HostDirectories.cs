using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Hosts;

/// <summary>Directories and files that all containers of a host share.</summary>
internal static class HostDirectories
{
    // The root of a container's user namespace must pass through, and see no more.
    private const int PassThrough = 0x1c9;

    public static void Prepare(SupervisorOptions options)
    {
        string[] open = [options.DataDirectory, options.ContainersDirectory, options.RunDirectory, Path.Combine(options.RunDirectory, "mnt")];
        string[] closed = [Path.Combine(options.DataDirectory, "scratch"), Path.Combine(options.RunDirectory, "tools"), Path.Combine(options.RunDirectory, "crun")];
        foreach (var directory in open)
            Make(directory, PassThrough);
        foreach (var directory in closed)
            Make(directory, 0x1c0);
        // Mount points of a predecessor's slots; its mounts died with it.
        foreach (var left in Directory.GetDirectories(Path.Combine(options.RunDirectory, "mnt")))
            Mounting.MountTree.Remove(left);
    }

    /// <summary>Writes the resolver configuration of containers and returns its path.</summary>
    public static string WriteResolvConf(SupervisorOptions options)
    {
        var path = Path.Combine(options.RunDirectory, "resolv.conf");
        File.WriteAllLines(path, options.Resolvers.Select(r => $"nameserver {r}"));
        LinuxException.Check(Libc.Chmod(path, 0x1a4), $"Setting the mode of {path}");
        return path;
    }

    public static void Remove(SupervisorOptions options)
    {
        foreach (var name in (ReadOnlySpan<string>)["tools", "crun", "mnt"])
            if (Directory.Exists(Path.Combine(options.RunDirectory, name)))
                Directory.Delete(Path.Combine(options.RunDirectory, name), recursive: name != "mnt");
        File.Delete(Path.Combine(options.RunDirectory, "resolv.conf"));
    }

    private static void Make(string path, int mode)
    {
        Directory.CreateDirectory(path);
        LinuxException.Check(Libc.Chmod(path, mode), $"Setting the mode of {path}");
    }
}

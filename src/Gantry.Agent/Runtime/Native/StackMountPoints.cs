namespace Gantry.Agent.Runtime.Native;

/// <summary>
/// Places that every container mounts on. A foreign stack may lack them, and is read-only once it is used. Looked for at each start: a stack that was removed
/// and unpacked again lacks them again.
/// </summary>
internal static class StackMountPoints
{
    private static readonly string[] _directories = ["app", "tmp", "proc", "sys", "dev", "run", "etc"];
    private static readonly string[] _files = ["etc/resolv.conf", "etc/hosts", "etc/hostname"];

    public static void Ensure(string stack)
    {
        foreach (var directory in _directories)
            if (!IsThere(Path.Combine(stack, directory)))
                Directory.CreateDirectory(Path.Combine(stack, directory));
        foreach (var file in _files)
            MakeFile(Path.Combine(stack, file));
    }

    private static void MakeFile(string path)
    {
        // A link (to systemd's resolver) leads nowhere in a container.
        if (new FileInfo(path).LinkTarget is not null)
            File.Delete(path);
        if (!IsThere(path))
            File.WriteAllBytes(path, []);
    }

    private static bool IsThere(string path) => Path.Exists(path) || new FileInfo(path).LinkTarget is not null;
}

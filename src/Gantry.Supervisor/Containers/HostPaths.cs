using Gantry.Linux.Supervision;

namespace Gantry.Supervisor.Containers;

/// <summary>Where the writable parts of a container are on the host.</summary>
internal sealed class HostPaths(ContainerTable table, Launcher launcher)
{
    public async Task<string> FindAsync(string id, string containerPath)
    {
        var container = table.Find(id) ?? throw new KeyNotFoundException($"There is no container {id} on this host.");
        var (top, rest) = Split(containerPath);
        // One that waits for its terminal has no files yet, and its user may send some before attaching.
        if (container is { Launch: null, Removal: null, Record.State: States.Created })
            await launcher.PrepareAsync(container);
        var root = Root(container, top);
        // A link that the tenant made would lead out of the container.
        var path = root;
        foreach (var part in rest.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            if (part == ".." || new FileInfo(path).LinkTarget is not null)
                throw new InvalidOperationException($"{containerPath} passes through a symbolic link or '..', so it has no safe path on the host.");
        }
        return path;
    }

    private static string Root(Container container, string top)
    {
        if (container.Slot is { } slot)
        {
            var (descriptor, below) = top == "tmp" ? (slot.Disk, "tmp")
                : container.Request.LayerDirectory is null ? (slot.Disk, "upper") : (slot.Tree, "app");
            return descriptor != -1
                ? slot.PathOf(descriptor, below)
                : throw new InvalidOperationException($"The container {container.Request.Id} has no /{top} yet: it was not started.");
        }
        return container.Record.State == States.Running
            ? $"/proc/{container.Record.Pid}/root/{top}"
            : throw new InvalidOperationException(
                $"The files of the container {container.Request.Id} are gone: it had ended when the host's supervisor was restarted.");
    }

    private static (string Top, string Below) Split(string path)
    {
        foreach (var top in (ReadOnlySpan<string>)["app", "tmp"])
            if (path == "/" + top || path.StartsWith($"/{top}/", StringComparison.Ordinal))
                return (top, path[(top.Length + 1)..]);
        throw new InvalidOperationException($"{path} is not below /app or /tmp, and only these have a path on the host.");
    }
}

using Gantry.Linux.Supervision;
using Gantry.Supervisor.Mounting;

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
            var app = Path.Combine(slot.Directory, ContainerMounts.App);
            var inside = top == "tmp" ? Path.Combine(slot.Scratch, "tmp")
                : container.Request.LayerDirectory is null ? Path.Combine(slot.Scratch, "upper") : app;
            return $"/proc/{Environment.ProcessId}/root{inside}";
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

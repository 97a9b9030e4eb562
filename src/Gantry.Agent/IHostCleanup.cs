namespace Gantry.Agent;

/// <summary>Takes Gantry off a host.</summary>
public interface IHostCleanup
{
    /// <summary>
    /// Kills and removes all containers and gives back all that Gantry took from the kernel: supervisor, namespaces, mounts,
    /// interfaces, control groups, packet filter, settings. Directories with data stay. Can be repeated.
    /// </summary>
    Task PurgeAsync(CancellationToken token);
}

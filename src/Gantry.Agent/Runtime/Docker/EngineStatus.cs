using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;

namespace Gantry.Agent.Runtime.Docker;

/// <summary>Makes a status from what the engine says of a container, and says in a sentence why it ended.</summary>
internal sealed class EngineStatus(string cgroupParent)
{
    private const int Killed = 137;
    private const int LostWithTheHost = 255;
    private readonly string _bootId = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
    private readonly KernelLog _kernelLog = new();
    private readonly Lock _reading = new();

    public string BootId => _bootId;

    /// <param name="signalled">True once the platform sent a signal: an end is then no fault of the app.</param>
    public ContainerStatus Of(EngineContainer container, bool signalled)
    {
        var status = new ContainerStatus(container.Labels.Id, container.State, container.Labels.Address, container.StartedAt, null, null, false, null);
        return container.State == RuntimeState.Exited ? Ended(status, container, signalled) : status;
    }

    private ContainerStatus Ended(ContainerStatus status, EngineContainer container, bool signalled)
    {
        var (code, labels) = (container.ExitCode, container.Labels);
        var victim = code == 0 || signalled ? null : Victim(container.EngineId);
        var outOfMemory = code != 0 && !signalled && (container.OutOfMemory || victim is not null);
        return status with
        {
            ExitCode = code,
            ExitedAt = container.FinishedAt,
            OutOfMemory = outOfMemory,
            ExitReason = labels.BootId != _bootId && code == LostWithTheHost ? ContainerStatus.HostRestarted
                : labels.MaxRuntime is { } limit && code == Killed && container.FinishedAt - container.StartedAt >= limit
                    ? $"Killed by the platform: it ran longer than its limit of {limit}."
                : outOfMemory ? OutOfMemoryStory.Tell(
                    labels.MemoryBytes, labels.SwapBytes, victim, container.FinishedAt - container.StartedAt ?? TimeSpan.Zero)
                : container.Error.Length > 0 ? $"Docker could not run it: {container.Error}" : null,
        };
    }

    /// <summary>The control group of a container in each hierarchy, with either of the engine's drivers.</summary>
    public string CgroupOf(string engineId) => cgroupParent.EndsWith(".slice", StringComparison.Ordinal)
        ? $"/{cgroupParent}/docker-{engineId}.scope"
        : $"{cgroupParent}/{engineId}";

    private (string Process, long Resident)? Victim(string engineId)
    {
        lock (_reading)
            return _kernelLog.KilledIn(CgroupOf(engineId));
    }
}

using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;

namespace Gantry.Supervisor.Containers;

/// <summary>Finds out why a container ended and says it in a sentence.</summary>
internal sealed class ExitStory(Cgroups cgroups, KernelLog kernelLog, TimeProvider time)
{
    /// <summary>Exit code told when nobody could learn the real one.</summary>
    public const int Unknown = 255;

    public ContainerRecord Tell(Container container, int? status)
    {
        var code = status is null ? Unknown : PidFd.ExitCode(status.Value);
        var kills = cgroups.OutOfMemoryKills(container.Request.Id);
        var outOfMemory = kills > 0 && code != 0 && !container.Signalled && container.KillReason is null;
        return container.Record with
        {
            State = States.Exited,
            ExitedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ExitedUptime = BootClock.Milliseconds,
            ExitCode = code,
            OutOfMemory = outOfMemory,
            ExitReason = container.KillReason ?? (outOfMemory ? OutOfMemory(container)
                : status is null ? "It ended while the host's supervisor was restarting, and the kernel could not tell its exit code." : null),
        };
    }

    private string OutOfMemory(Container container)
    {
        var request = container.Request;
        var uptime = TimeSpan.FromMilliseconds(BootClock.Milliseconds - (container.Record.StartedUptime ?? BootClock.Milliseconds));
        return OutOfMemoryStory.Tell(
            request.MemoryBytes, cgroups.SwapAccounting ? request.SwapBytes : 0, kernelLog.KilledIn(cgroups.PathInHierarchy(request.Id)), uptime);
    }
}

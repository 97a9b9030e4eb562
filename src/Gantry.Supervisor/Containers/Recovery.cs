using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;
using Gantry.Supervisor.Logs;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Containers;

/// <summary>Picks up what an earlier supervisor left: nothing that runs is stopped, nothing that ended is forgotten.</summary>
internal sealed class Recovery(
    SupervisorOptions options, ContainerTable table, Crun crun, SlotPool pool, Cgroups cgroups, LogPump pump, TimeProvider time)
{
    public async Task RunAsync()
    {
        foreach (var directory in Directory.GetDirectories(options.ContainersDirectory))
            await RecoverAsync(directory);
    }

    private async Task RecoverAsync(string directory)
    {
        var files = new ContainerFiles(directory);
        if (files.ReadSpec() is not { } spec)
        {
            files.Delete();
            return;
        }
        var container = new Container(spec.Request, directory) { Record = spec.Record };
        if (files.ReadExit() is { } exit)
            container.Record = exit;
        else if (spec.BootId != Boot.Id && spec.Record.Slot >= 0)
            End(container, EndReasons.HostRestarted);
        else if (spec.Record.Slot >= 0 && !await ResumeAsync(container))
            return;
        if (container.Record.Slot >= 0 && spec.BootId == Boot.Id)
            pool.MarkUsed(container.Record.Slot);
        table.Adopt(container);
    }

    /// <summary>False when its start had not got to the end: it is undone, and whoever asked asks again.</summary>
    private async Task<bool> ResumeAsync(Container container)
    {
        var request = container.Request;
        if (container.Files.ReadPid() is not { } pid)
        {
            await crun.DeleteAsync(request.Id);
            container.Files.Delete();
            return false;
        }
        // Also when it has ended by now: what its FIFO still holds goes to the spool, and the kernel may know its exit code.
        container.Launch = Task.CompletedTask;
        container.Record = container.Record with
        {
            State = States.Running, Pid = pid, StartedAt = container.Record.StartedAt ?? time.GetUtcNow().ToUnixTimeMilliseconds(),
            StartedUptime = container.Record.StartedUptime ?? BootClock.Milliseconds,
        };
        if (!request.Terminal)
            pump.Add(request.Id, container.Files.Fifo, request.SpoolDirectory, request.LogRate);
        if (cgroups.Processes(request.Id).Contains(pid))
            return true;
        pump.Complete(request.Id);
        End(container, "It ended while the host's supervisor was down, and nobody could see its exit code.");
        return true;
    }

    private void End(Container container, string reason)
    {
        container.Record = container.Record with
        {
            State = States.Exited, ExitedAt = time.GetUtcNow().ToUnixTimeMilliseconds(), ExitCode = ExitStory.Unknown, ExitReason = reason,
        };
        try
        {
            container.Files.WriteExit(container.Record);
        }
        catch (IOException e)
        {
            // The next one would find out the same: a full disk keeps no supervisor from looking after the others.
            Console.Error.WriteLine($"The end of the container {container.Request.Id} could not be written down. {e.Message}");
        }
    }
}

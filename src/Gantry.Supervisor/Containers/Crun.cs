using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Containers;

/// <summary>Calls the OCI runtime. Its state is on a tmpfs, so that a reboot forgets it.</summary>
internal sealed class Crun(SupervisorOptions options, EventLoop loop, Children children, Cgroups cgroups)
{
    private readonly string _root = Path.Combine(options.RunDirectory, "crun");
    private readonly string _program = SealedProgram.Make(options.CrunPath);

    /// <summary>
    /// The seccomp filter as crun compiled it for the first container, the same for all; null until then. Handing it back
    /// saves each start some milliseconds of compiling.
    /// </summary>
    public byte[]? Filter { get; private set; }

    /// <summary>Starts a container whose configuration is written; returns the process id of its first process.</summary>
    public async Task<int> RunAsync(Container container, string? consoleSocket)
    {
        var files = container.Files;
        List<string> arguments =
        [
            _program, "--root", _root, "--cgroup-manager", "cgroupfs", "--log", files.CrunLog,
            "run", "--detach", "--bundle", files.Directory, "--pid-file", files.PidFile,
        ];
        if (consoleSocket is not null)
            arguments.AddRange(["--console-socket", consoleSocket]);
        arguments.Add(container.Request.Id);
        var input = Libc.OpenChecked("/dev/null", Libc.O_RDONLY);
        // Read-write: a reader that dies means backpressure, never SIGPIPE.
        var output = consoleSocket is null ? Libc.OpenChecked(files.Fifo, Libc.O_RDWR) : Libc.OpenChecked("/dev/null", Libc.O_RDWR);
        var process = Spawn.Start(arguments, input, output, output);
        _ = Libc.Close(input);
        _ = Libc.Close(output);
        var status = await children.ExitedAsync(process);
        if (status != 0 || files.ReadPid() is not { } pid)
            throw new IOException($"crun could not start the container {container.Request.Id}: {files.ReadCrunLog()}");
        var filter = Path.Combine(_root, container.Request.Id, "seccomp.bpf");
        if (Filter is null && File.Exists(filter))
            Filter = File.ReadAllBytes(filter);
        return pid;
    }

    /// <summary>
    /// Kills what is left of a container and removes its control groups and state; unknown ids are fine. No program is
    /// run for it (crashes come in crowds), and it also clears up after starts that failed, which crun does not.
    /// </summary>
    public async Task DeleteAsync(string id)
    {
        for (var attempt = 0; !cgroups.TryRemove(id); attempt++)
        {
            if (attempt == 200)
                throw new IOException($"The kernel does not let go of the control groups of the container {id}: is one of its processes stuck in a disk or network call?");
            foreach (var pid in cgroups.Processes(id))
                _ = Libc.Kill(pid, Libc.SIGKILL);
            await loop.Delay(TimeSpan.FromMilliseconds(10));
        }
        var state = Path.Combine(_root, id);
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
    }
}

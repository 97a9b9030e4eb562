using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Logs;
using Gantry.Supervisor.Mounting;
using Gantry.Supervisor.Processes;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Containers;

/// <summary>All containers of the host and what can be done with them. Every call can be repeated.</summary>
internal sealed class ContainerTable(
    SupervisorOptions options, EventLoop loop, Launcher launcher, Crun crun, Children children, SlotPool pool, LogPump pump,
    ExitStory story, Action<ContainerRecord> publish, TimeProvider time)
{
    private static readonly TimeSpan _again = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, Container> _containers = [];

    public IReadOnlyList<ContainerRecord> List() => [.. _containers.Values.Select(
        c => pump.LostLines(c.Request.Id) is > 0 and var lost ? c.Record with { LostLogLines = lost } : c.Record)];

    public Container? Find(string id) => _containers.GetValueOrDefault(id);

    public async Task<ContainerRecord> StartAsync(StartRequest request)
    {
        if (!_containers.TryGetValue(request.Id, out var container))
        {
            container = new Container(request, Path.Combine(options.ContainersDirectory, request.Id));
            container.Files.Delete();
            container.Files.Create(request);
            if (request.Terminal)
                launcher.Store(container);
            // Only now: what could not be written down was never begun, and whoever asks again begins it anew.
            _containers[request.Id] = container;
            if (!request.Terminal)
                container.Launch = LaunchAsync(container, null);
        }
        if (container.Launch is not null)
            await container.Launch;
        return container.Record;
    }

    /// <summary>Starts a container that waits for a terminal; its terminal goes to <paramref name="consoleSocket"/>.</summary>
    public async Task<ContainerRecord> AttachAsync(string id, string consoleSocket)
    {
        var container = Find(id) ?? throw new KeyNotFoundException($"There is no container {id} on this host.");
        if (!container.Request.Terminal)
            throw new InvalidOperationException($"The container {id} was not started with a terminal, so nobody can attach to it.");
        if (container.Launch is not null)
            throw new InvalidOperationException($"Somebody is or was attached to the container {id} already: start another one.");
        await (container.Launch = LaunchAsync(container, consoleSocket));
        return container.Record;
    }

    public void Signal(string id, int signal)
    {
        if (Find(id) is not { Record: { State: States.Running, Pid: > 0 } } container)
            return;
        container.Signalled = true;
        _ = Libc.Kill(container.Record.Pid, signal);
    }

    /// <summary>Nothing happens when it does not run: there is no network then that it could use.</summary>
    public void LimitBandwidth(string id, long? bitsPerSecond)
    {
        if (Find(id) is { Record: { State: States.Running, Pid: > 0 and var pid } })
            Bandwidth.OfProcess(pid, bitsPerSecond);
    }

    public Task RemoveAsync(string id) => Find(id) is { } container ? container.Removal ??= RemoveAsync(container) : Task.CompletedTask;

    /// <summary>Takes over a container that a predecessor started.</summary>
    public void Adopt(Container container)
    {
        _containers[container.Request.Id] = container;
        if (container.Record.State == States.Running)
            Watch(container);
        else if (container.Record.State == States.Exited)
            container.Ended.SetResult();
    }

    private async Task LaunchAsync(Container container, string? consoleSocket)
    {
        try
        {
            await launcher.LaunchAsync(container, consoleSocket);
        }
        catch (Exception)
        {
            _containers.Remove(container.Request.Id);
            await FreeAsync(container);
            throw;
        }
        // First: it may have ended already, and watchers see each state once and in order.
        publish(container.Record);
        Watch(container);
        // Whoever waits for the start need not wait for this.
        loop.Post(() => Detach(container));
    }

    private static void Detach(Container container)
    {
        try
        {
            if (container.Removal is not null || container.Slot is not { } slot)
                return;
            MountTree.Detach(slot.Directory);
            slot.IsDetached = true;
        }
        catch (IOException e)
        {
            // They go with the container then, as before its start.
            Console.Error.WriteLine($"The mounts of the container {container.Request.Id} stay in the supervisor's namespace, so starts are slower. {e.Message}");
        }
    }

    private void Watch(Container container)
    {
        if (container.Request.MaxRuntimeMilliseconds is { } limit)
        {
            var left = container.Record.StartedAt!.Value + limit - time.GetUtcNow().ToUnixTimeMilliseconds();
            container.Deadline = loop.After(TimeSpan.FromMilliseconds(Math.Max(0, left)), () => Expire(container, limit));
        }
        _ = loop.Guard(EndAsync(container));
    }

    private static void Expire(Container container, long limit)
    {
        container.KillReason = $"Killed by the platform: it ran longer than its limit of {TimeSpan.FromMilliseconds(limit)}.";
        _ = Libc.Kill(container.Record.Pid, Libc.SIGKILL);
    }

    private async Task EndAsync(Container container)
    {
        var status = await children.ExitedAsync(container.Record.Pid);
        container.Deadline?.Dispose();
        container.Record = story.Tell(container, status);
        if (!container.Request.Terminal)
            pump.Complete(container.Request.Id);
        WriteDown(container);
        container.Ended.SetResult();
        publish(container.Record);
    }

    /// <summary>
    /// Before anybody is told, unless the disk is full: then the end is told all the same, and written down when there is room. Without
    /// that, one container that ends on a full disk would take the supervisor along, and with it all that is known of the others.
    /// </summary>
    private void WriteDown(Container container)
    {
        try
        {
            container.Files.WriteExit(container.Record);
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"The end of the container {container.Request.Id} could not be written down yet. {e.Message}");
            loop.After(_again, () =>
            {
                if (Find(container.Request.Id) == container)
                    WriteDown(container);
            });
        }
    }

    private async Task RemoveAsync(Container container)
    {
        if ((container.Launch ?? container.Preparation) is { IsCompleted: false } busy)
            await Task.WhenAny(busy);
        if (!_containers.ContainsKey(container.Request.Id))
            return;
        if (container.Record.State == States.Running)
        {
            container.Signalled = true;
            _ = Libc.Kill(container.Record.Pid, Libc.SIGKILL);
            await container.Ended.Task;
        }
        else if (container.Record.State == States.Created)
        {
            container.Record = container.Record with { State = States.Exited, ExitCode = ExitStory.Unknown, ExitReason = "It was removed before it started." };
            publish(container.Record);
        }
        await FreeAsync(container);
        _containers.Remove(container.Request.Id);
    }

    private async Task FreeAsync(Container container)
    {
        await crun.DeleteAsync(container.Request.Id);
        if (!container.Request.Terminal)
            pump.Complete(container.Request.Id);
        if (container.Slot is not null)
            await pool.ReleaseAsync(container.Slot);
        else if (container.Record.Slot >= 0)
            pool.Forget(container.Record.Slot);
        container.Files.Delete();
    }
}

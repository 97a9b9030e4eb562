using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Processes;

/// <summary>
/// All children, spawned or inherited: as child subreaper the supervisor becomes the parent of each container's first
/// process when crun exits, and so learns its exit status without a process of its own per container.
/// </summary>
internal sealed unsafe class Children
{
    private const int SetChildSubreaper = 36;
    private const int NoHang = 1;
    private readonly EventLoop _loop;
    private readonly ExitEvents _events;
    private readonly Dictionary<int, Child> _children = [];

    // A container can be dead before its pid was read from crun's file.
    private readonly Dictionary<int, int> _strangers = [];

    public Children(EventLoop loop)
    {
        _loop = loop;
        _events = new ExitEvents(loop);
        LinuxException.Check(Libc.ProcessControl(SetChildSubreaper, 1, 0, 0, 0), "Becoming a child subreaper");
        Tick();
    }

    /// <summary>Wait status of a child, or of any other process that was watched from before it ended; null when unknown.</summary>
    public Task<int?> ExitedAsync(int pid)
    {
        if (_children.TryGetValue(pid, out var known))
            return known.Exited.Task;
        if (_strangers.Remove(pid, out var early))
            return Task.FromResult<int?>(early);
        var fd = PidFd.Open(pid);
        if (fd == -1)
        {
            Reap();
            return Task.FromResult<int?>(_strangers.Remove(pid, out var missed) ? missed : null);
        }
        int status;
        var own = Libc.WaitPid(pid, &status, NoHang);
        if (own == pid)
        {
            _ = Libc.Close(fd);
            return Task.FromResult<int?>(status);
        }
        if (own == -1)
            _events.Watch(pid);
        var child = _children[pid] = new Child(fd);
        _loop.Add(fd, () => OnReadable(pid, child, 0));
        return child.Exited.Task;
    }

    private void OnReadable(int pid, Child child, int attempt)
    {
        _loop.Remove(child.Fd);
        Reap();
        if (!_children.ContainsKey(pid))
            return;
        // Not our child: a predecessor started it. The kernel tells of its end a moment after its descriptor does.
        if (_events.StatusOf(pid) is { } status)
            Complete(pid, status);
        else if (attempt < 50)
            _loop.After(TimeSpan.FromMilliseconds(20), () => OnReadable(pid, child, attempt + 1));
        else
            Complete(pid, null);
    }

    private void Reap()
    {
        int status;
        for (int pid; (pid = Libc.WaitPid(-1, &status, NoHang)) > 0;)
        {
            if (_children.ContainsKey(pid))
                Complete(pid, status);
            else
                _strangers[pid] = status;
        }
    }

    private void Complete(int pid, int? status)
    {
        _children.Remove(pid, out var child);
        _events.Forget(pid);
        _loop.Remove(child!.Fd);
        _ = Libc.Close(child.Fd);
        child.Exited.SetResult(status);
    }

    /// <summary>Reaps inherited processes that nobody asked about.</summary>
    private void Tick()
    {
        _strangers.Clear();
        Reap();
        _loop.After(TimeSpan.FromSeconds(10), Tick);
    }

    private sealed class Child(int fd)
    {
        public int Fd { get; } = fd;

        public TaskCompletionSource<int?> Exited { get; } = new();
    }
}

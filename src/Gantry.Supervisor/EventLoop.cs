using Gantry.Linux.Kernel;

namespace Gantry.Supervisor;

/// <summary>
/// The only thread of the supervisor. Everything runs on it, one thing at a time, so nothing here needs a lock
/// and nothing called from it may block.
/// </summary>
internal sealed class EventLoop(TimeProvider time) : IDisposable
{
    private readonly Epoll _epoll = new();
    private readonly Dictionary<int, Watch> _watches = [];
    private readonly Dictionary<ulong, Watch> _byKey = [];
    private readonly PriorityQueue<Timer, long> _timers = new();
    private readonly Queue<Action> _posted = new();
    private ulong _keys;
    private bool _stopped;

    /// <summary>Calls back whenever <paramref name="fd"/> is readable, was hung up or failed, until <see cref="Remove"/>.</summary>
    public void Add(int fd, Action onReadable)
    {
        var watch = _watches[fd] = _byKey[++_keys] = new Watch(_keys, onReadable);
        _epoll.Add(fd, watch.Key, Epoll.In);
    }

    /// <summary>Also calls back when a watched <paramref name="fd"/> is writable; null ends that.</summary>
    public void SetWritable(int fd, Action? onWritable)
    {
        var watch = _watches[fd];
        watch.OnWritable = onWritable;
        _epoll.Modify(fd, watch.Key, onWritable is null ? Epoll.In : Epoll.In | Epoll.Out);
    }

    /// <summary>Stops to watch <paramref name="fd"/>; call it before closing. Unknown descriptors are fine.</summary>
    public void Remove(int fd)
    {
        if (!_watches.Remove(fd, out var watch))
            return;
        _byKey.Remove(watch.Key);
        _epoll.Remove(fd);
    }

    /// <summary>Calls back once after <paramref name="delay"/>, unless disposed before.</summary>
    public IDisposable After(TimeSpan delay, Action callback)
    {
        var timer = new Timer(callback);
        _timers.Enqueue(timer, Now + (long)delay.TotalMilliseconds);
        return timer;
    }

    /// <summary>Completes on this thread after <paramref name="delay"/>.</summary>
    public Task Delay(TimeSpan delay)
    {
        var done = new TaskCompletionSource();
        After(delay, done.SetResult);
        return done.Task;
    }

    /// <summary>Runs <paramref name="action"/> in the next turn.</summary>
    public void Post(Action action) => _posted.Enqueue(action);

    /// <summary>Lets a background task run; its failure ends the process, which is restarted and picks up where it was.</summary>
    public async Task Guard(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception e)
        {
            Post(() => throw new InvalidOperationException("A background task failed.", e));
        }
    }

    public void Stop() => _stopped = true;

    public void Run()
    {
        while (!_stopped)
        {
            _epoll.Wait(Timeout(), Dispatch);
            RunTimers();
            for (var left = _posted.Count; left > 0; left--)
                _posted.Dequeue()();
        }
    }

    public void Dispose() => _epoll.Dispose();

    private long Now => (long)time.GetElapsedTime(0).TotalMilliseconds;

    private void Dispatch(ulong key, uint events)
    {
        // A callback of the same turn may have removed it, and another descriptor may have its number by now.
        if (!_byKey.TryGetValue(key, out var watch))
            return;
        if ((events & Epoll.Out) != 0)
            watch.OnWritable?.Invoke();
        if ((events & ~Epoll.Out) != 0 && _byKey.ContainsKey(key))
            watch.OnReadable();
    }

    private int Timeout()
    {
        while (_timers.TryPeek(out var timer, out _) && timer.Callback is null)
            _timers.Dequeue();
        if (_posted.Count > 0)
            return 0;
        return _timers.TryPeek(out _, out var due) ? (int)Math.Clamp(due - Now, 0, int.MaxValue) : -1;
    }

    private void RunTimers()
    {
        var now = Now;
        while (_timers.TryPeek(out _, out var due) && due <= now)
            _timers.Dequeue().Callback?.Invoke();
    }

    private sealed class Watch(ulong key, Action onReadable)
    {
        public ulong Key { get; } = key;
        public Action OnReadable { get; } = onReadable;
        public Action? OnWritable { get; set; }
    }

    private sealed class Timer(Action callback) : IDisposable
    {
        public Action? Callback { get; private set; } = callback;

        public void Dispose() => Callback = null;
    }
}

using System.Collections.Concurrent;
using Gantry.Linux.Pipes;
using Gantry.Supervisor;
using Gantry.Supervisor.Logs;

namespace Gantry.Logs.Tests.Support;

/// <summary>The supervisor's loop with a pump, in a thread of the test.</summary>
internal sealed class PumpThread : IDisposable
{
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly ConcurrentQueue<Action> _work = new();
    private readonly Fifo _wake;
    private readonly string _wakePath;
    private readonly Thread _thread;

    public PumpThread(Scratch scratch, SpoolLimits? limits = null)
    {
        _wakePath = scratch.Path($"wake-{Guid.NewGuid():N}");
        _wake = Fifo.Open(_wakePath);
        Pump = new LogPump(_loop, limits ?? new SpoolLimits(), TimeProvider.System, Reports.Enqueue);
        _loop.Add(_wake.Descriptor, Work);
        _thread = new Thread(_loop.Run) { IsBackground = true };
        _thread.Start();
    }

    public LogPump Pump { get; }

    public ConcurrentQueue<string> Reports { get; } = new();

    public void Add(string id, string fifo, string spool, LogRate? rate = null) => Do(() => Pump.Add(id, fifo, spool, rate));

    public void Complete(string id) => Do(() => Pump.Complete(id));

    public void Dispose()
    {
        Do(() =>
        {
            Pump.Dispose();
            _loop.Stop();
        });
        _thread.Join();
        _wake.Dispose();
        _loop.Dispose();
    }

    /// <summary>Runs something on the loop's thread and waits for it.</summary>
    public void Do(Action action)
    {
        var done = new TaskCompletionSource();
        _work.Enqueue(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        File.WriteAllText(_wakePath, "!");
        done.Task.GetAwaiter().GetResult();
    }

    private void Work()
    {
        _wake.Read(new byte[64]);
        while (_work.TryDequeue(out var action)) action();
    }
}

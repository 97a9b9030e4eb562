using Gantry.Agent.Metrics;
using Gantry.Agent.Runtime;
using Gantry.Conformance.Records;
using Gantry.Domain;

namespace Gantry.Control.Tests.Metering;

/// <summary>
/// A host whose true time only the test knows. What it tells is what a real one tells: uptimes of its boot, and a wall
/// clock that may be wrong.
/// </summary>
internal sealed class SimulatedHost : TimeProvider, IContainerRuntime, IHostClock
{
    private readonly Dictionary<ContainerId, ContainerStatus> _shown = [];
    private double _now = 1000;
    private double _bootedAt;
    private double _clockError;
    private int _boot = 1;

    public List<SimulatedRun> Runs { get; } = [];
    public string BootId => $"boot-{_boot}";
    public TimeSpan Uptime => TimeSpan.FromSeconds(_now - _bootedAt);
    public IEnumerable<SimulatedRun> Alive => Runs.Where(r => r.EndUptime is null);

    /// <summary>Of the sighting that is written down last; what is lost ended there.</summary>
    public long LastSeen { get; set; } = -1;

    public override DateTimeOffset GetUtcNow() => Samples.Now.AddSeconds(_now + _clockError);

    public void Advance(double seconds) => _now += seconds;

    public void MoveClock(double seconds) => _clockError += seconds;

    public void Start(ContainerId id)
    {
        Runs.Add(new SimulatedRun(id, Uptime.TotalSeconds));
        _shown[id] = new ContainerStatus(id, RuntimeState.Running, "10.0.0.1", GetUtcNow(), null, null, false, null) { StartedUptime = Uptime };
    }

    /// <param name="seen">False when the supervisor was away: nobody knows when it ended.</param>
    public void End(SimulatedRun run, bool seen)
    {
        run.End(Uptime.TotalSeconds, seen ? Uptime.TotalSeconds : LastSeen);
        _shown[run.Id] = _shown[run.Id] with { State = RuntimeState.Exited, ExitedAt = GetUtcNow(), ExitedUptime = seen ? Uptime : null };
    }

    /// <param name="listed">True when the containers' directories survived: they are told as ended at the restart.</param>
    public void CutPower(double outage, bool listed)
    {
        var alive = Alive.ToList();
        alive.ForEach(r => r.End(Uptime.TotalSeconds, LastSeen));
        _now += outage;
        (_bootedAt, _boot, LastSeen) = (_now, _boot + 1, -1);
        _now += 1;
        foreach (var run in alive)
            if (listed)
                _shown[run.Id] = _shown[run.Id] with { State = RuntimeState.Exited, ExitedAt = GetUtcNow() };
            else
                _shown.Remove(run.Id);
    }

    public Task LimitBandwidthAsync(ContainerId id, long? bitsPerSecond, CancellationToken token) => Task.CompletedTask;

    public Task SignalAsync(ContainerId id, int signal, CancellationToken token)
    {
        End(Alive.Single(r => r.Id == id), seen: true);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(ContainerId id, CancellationToken token)
    {
        _shown.Remove(id);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ContainerStatus>> ListAsync(CancellationToken token) => Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _shown.Values]);

    public Task<ContainerStatus> WaitAsync(ContainerId id, CancellationToken token) => Task.FromResult(_shown[id]);

    public Task<ContainerStatus> StartAsync(ContainerSpec spec, CancellationToken token) => throw new NotSupportedException();

    public IAsyncEnumerable<ContainerStatus> WatchAsync(CancellationToken token) => throw new NotSupportedException();

    public Task<ITerminal> AttachAsync(ContainerId id, CancellationToken token) => throw new NotSupportedException();

    public Task<IReadOnlyList<ContainerUsage>> SampleAsync(CancellationToken token) => throw new NotSupportedException();

    public Task<Outcome<long>> PutFileAsync(ContainerId id, string name, Stream content, long maxBytes, CancellationToken token) => throw new NotSupportedException();

    public Task<string> HostPathAsync(ContainerId id, string containerPath, CancellationToken token) => throw new NotSupportedException();
}

/// <summary>What truly happened to one container, by the uptime of its boot.</summary>
internal sealed class SimulatedRun(ContainerId id, double startUptime)
{
    public ContainerId Id { get; } = id;
    public double? EndUptime { get; private set; }

    /// <summary>All that anybody can know of its end.</summary>
    public double KnownEnd { get; private set; }

    public void End(double uptime, double known) => (EndUptime, KnownEnd) = (uptime, known);

    /// <summary>Whole seconds that must be billed; while it runs, up to now.</summary>
    public long Seconds(double now) => Math.Max(0, (long)Math.Floor(EndUptime is null ? now : KnownEnd) - (long)Math.Floor(startUptime));
}

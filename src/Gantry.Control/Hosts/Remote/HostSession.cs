using System.Collections.Concurrent;
using Gantry.Agent.Remote;
using Gantry.Agent.Runtime;
using Gantry.Control.Containers;
using Gantry.Coordination;
using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Microsoft.Extensions.Logging;

namespace Gantry.Control.Hosts.Remote;

/// <summary>What Control knows of one host elsewhere: kept as long as it belongs to the cluster, connected as often as it takes.</summary>
internal sealed partial class HostSession(Host record, IRemoteHost remote, ISessionEnd end, RemoteHostOptions options, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan _retry = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<ContainerId, ContainerStatus> _statuses = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private CancellationTokenSource _turn = new();
    private Term? _term;
    private DateTimeOffset _heard = time.GetUtcNow();
    private HostPresence _presence;
    private int _met = -1;
    private long _changes;

    public HostId Id => record.Id;

    public IRemoteHost Remote => remote;

    /// <summary>As they were when the host was heard last.</summary>
    public IReadOnlyCollection<ContainerStatus> Statuses => [.. _statuses.Values];

    public HostPresence Presence
    {
        get
        {
            lock (_gate)
                return _presence;
        }
    }

    /// <summary>When it was heard last, by its own clock and by ours; null before. What <see cref="Statuses"/> shows as running was alive then.</summary>
    public HostSighting? Sighting { get; private set; }

    public void Start() => _running = Task.Run(GuardedAsync);

    /// <summary>
    /// From here on this process leads in that term, and tells the host what to keep before it counts as ready; or it stands by,
    /// and only listens. Either way the connection begins anew.
    /// </summary>
    public void Turn(Term? term)
    {
        CancellationTokenSource before;
        bool changed;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            changed = _presence != HostPresence.Unknown;
            (before, _turn, _term, _presence) = (_turn, new CancellationTokenSource(), term, HostPresence.Unknown);
        }

        before.Cancel();
        before.Dispose();
        if (changed)
            end.PresenceChanged(this);
    }

    /// <summary>Takes in what a call to it returned.</summary>
    public void Report(ContainerStatus status)
    {
        var known = StatusOf(status.Id);
        if (_statuses.AddOrUpdate(status.Id, status, (_, old) => status.State >= old.State ? status : old) != known)
            Interlocked.Increment(ref _changes);
        end.Changed(this, status);
    }

    public ContainerStatus? StatusOf(ContainerId id) => _statuses.GetValueOrDefault(id);

    /// <summary>Grows with whatever begins, ends or is forgotten there; before <see cref="Sighting"/> shows a moment after it.</summary>
    public long Changes => Volatile.Read(ref _changes);

    public void Forget(ContainerId id)
    {
        if (_statuses.TryRemove(id, out _))
            Interlocked.Increment(ref _changes);
    }

    /// <summary>The host is none of the cluster any more.</summary>
    public void Leave() => GiveUp();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        remote.Dispose();
        _stop.Dispose();
        _turn.Dispose();
    }

    /// <summary>A host that hangs closes no connection: only its silence tells.</summary>
    /// <param name="stood">Time that counts for nothing.</param>
    /// <param name="connecting">As long as new hosts were being heard: of one that was not heard yet silence is counted from there.</param>
    /// <param name="alone">As long as no host was heard: nobody is given up for that time.</param>
    public void Look(DateTimeOffset now, TimeSpan stood, DateTimeOffset connecting, DateTimeOffset alone)
    {
        var (heard, presence, term) = Known(stood);
        var counted = new[] { heard, alone, presence == HostPresence.Unknown ? connecting : heard }.Max();
        if (now - counted >= options.LostAfter && presence != HostPresence.Lost)
            GiveUp();
        else if (now - heard >= options.SuspectAfter && presence == HostPresence.Ready)
            Become(HostPresence.Suspected, term);
        else if (now - heard >= options.LostAfter && now == alone && presence == HostPresence.Unknown)
            Become(HostPresence.Suspected, term);
    }

    private async Task GuardedAsync()
    {
        try
        {
            await RunAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            end.Died(e);
        }
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var (term, over) = Begin();
            using (over)
            {
                try
                {
                    await ConnectAsync(term, over.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is RuntimeException or OperationCanceledException or StoreException or TermOverException)
                {
                    if (Presence == HostPresence.Ready && !over.IsCancellationRequested)
                        Log.Interrupted(logger, Id.Value, e.Message);
                }

                await Task.Delay(_retry, time, over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private (Term? Term, CancellationTokenSource Over) Begin()
    {
        lock (_gate)
            return (_term, CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, _turn.Token));
    }

    /// <summary>One connection, to its end. Before the host counts as ready it has stopped what was moved while it was not heard.</summary>
    /// <param name="term">Null while this process stands by: then it says nothing that the host would act on.</param>
    private async Task ConnectAsync(Term? term, CancellationToken token)
    {
        term?.Enter();
        // By the clock by which the host is given up: no connection outlives that, and none makes the host ready that did not tell it what to keep.
        using var silence = new CancellationTokenSource(options.LostAfter, time);
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(token, silence.Token);
        if (term is not null)
            await KeepAsync(cut.Token).ConfigureAwait(false);
        _met = -1;
        silence.CancelAfter(options.SuspectAfter);
        await foreach (var report in remote.WatchAsync(options.Beat, cut.Token).ConfigureAwait(false))
        {
            silence.CancelAfter(options.SuspectAfter);
            if (term is not null)
                await MeetAsync(cut.Token).ConfigureAwait(false);
            Take(report, term);
        }
    }

    /// <summary>A call may have been under way for as long as the host was cut off, and what it says may be overtaken: it is said until it holds.</summary>
    private async Task KeepAsync(CancellationToken token)
    {
        IReadOnlyCollection<ContainerId> kept = await end.KeptAsync(this, token).ConfigureAwait(false);
        while (true)
        {
            var left = await remote.KeepAsync(kept, token).ConfigureAwait(false);
            kept = await end.KeptAsync(this, token).ConfigureAwait(false);
            if (left.All(s => kept.Contains(s.Id)))
                return;
        }
    }

    private async Task MeetAsync(CancellationToken token)
    {
        // Asked with each report of each host: the list, which is as long as there are hosts, is made only when it changed.
        if (_met == end.NeighbourhoodVersion)
            return;
        var (version, neighbours, routers, overlay) = end.NeighboursOf(this);
        await remote.MeetAsync(neighbours, routers, overlay, token).ConfigureAwait(false);
        _met = version;
    }

    private void Take(HostReport report, Term? term)
    {
        if (report.IsWhole)
            End(_statuses.Keys.Except(report.Containers.Select(c => c.Id)), CrashHandler.HostRestarted);

        foreach (var status in report.Containers)
            Report(status);
        var now = time.GetUtcNow();
        Sighting = new HostSighting(new BootTime(report.BootId, (long)report.Uptime.TotalSeconds), now);
        lock (_gate)
        {
            // Of a connection from before the turn: the host was not told yet what to keep.
            if (_term != term)
                return;
            _heard = now;
        }

        Become(HostPresence.Ready, term);
    }

    private (DateTimeOffset Heard, HostPresence Presence, Term? Term) Known(TimeSpan stood = default)
    {
        lock (_gate)
            return (_heard += stood, _presence, _term);
    }

    /// <summary>What runs there is given up by who leads. Who stands by hears from the records that it was.</summary>
    private void GiveUp()
    {
        Term? term;
        lock (_gate)
            term = _term;
        if (!Become(HostPresence.Lost, term))
            return;
        if (term is not null)
            End(_statuses.Keys, CrashHandler.HostLost);
        remote.GiveUp();
    }

    /// <summary>Nobody saw the end: it is counted from when the host was heard last.</summary>
    private void End(IEnumerable<ContainerId> ids, string reason)
    {
        foreach (var id in ids.ToList())
            if (_statuses.TryGetValue(id, out var status) && status.State != RuntimeState.Exited)
                Report(status with { State = RuntimeState.Exited, ExitedAt = Known().Heard, ExitReason = reason });
    }

    /// <returns>False when the turn has changed since that was seen: then it means nothing.</returns>
    private bool Become(HostPresence presence, Term? seenIn)
    {
        lock (_gate)
        {
            if (_term != seenIn)
                return false;
            if (_presence == presence)
                return true;
            _presence = presence;
        }

        Log.Became(logger, Id.Value, presence);
        end.PresenceChanged(this);
        return true;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The host {Host} is {Presence}")]
        public static partial void Became(ILogger logger, string host, HostPresence presence);

        [LoggerMessage(2, LogLevel.Warning, "The connection to the host {Host} was interrupted, trying again: {Reason}")]
        public static partial void Interrupted(ILogger logger, string host, string reason);
    }
}

/// <summary>Control's end of a session.</summary>
internal interface ISessionEnd
{
    /// <summary>What that host is to keep of what it runs.</summary>
    Task<IReadOnlyCollection<ContainerId>> KeptAsync(HostSession session, CancellationToken token);

    /// <summary>Changes with what <see cref="NeighboursOf"/> says.</summary>
    int NeighbourhoodVersion { get; }

    /// <returns>The version of the answer, how the other hosts are reached, whose connections are let in, and the network for that, as this host is in it.</returns>
    (int Version, IReadOnlyCollection<HostNeighbour> Hosts, IReadOnlyCollection<string> Routers, HostOverlay? Overlay) NeighboursOf(HostSession session);

    void Changed(HostSession session, ContainerStatus status);

    void PresenceChanged(HostSession session);

    /// <summary>Of something that nobody expected: a host that is not looked after any more must not stay so silently.</summary>
    void Died(Exception exception);
}

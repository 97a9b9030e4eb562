using Gantry.Agent.Metrics;
using Gantry.Build;
using Gantry.Control.Containers;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Scheduling.Model;
using Gantry.Store.Records;
using Microsoft.Extensions.Options;

namespace Gantry.Control.Hosts;

/// <summary>Asks the scheduler where containers go. A decision touches no disk: it costs some microseconds of a container's start.</summary>
internal sealed class ContainerPlacer(
    IHostStore hosts, IContainerStore containers, LiveContainers live, IAppStore apps, LocalHost local, RuntimeObserver observer, HostSessions sessions,
    ContainerProfiles profiles, PrefetchedImages prefetched, IHostMetrics metrics, TimeProvider time, IOptions<SchedulingOptions> options, IOptions<BuildOptions> builds) : IDisposable
{
    private readonly PlacementLedger _ledger = new();
    private readonly SemaphoreSlim _reading = new(1);

    /// <summary>A place for a container, or why no host has one now. Repeatable.</summary>
    public async Task<Outcome<Place>> PlaceAsync(Container container, App app, CancellationToken token)
    {
        await OpenAsync(token).ConfigureAwait(false);
        var seat = SnapshotBuilder.Seat(container, app);
        if (observer.Find(container.Id) is not null && (sessions.Of(container.Id)?.Id ?? (local.TakesContainers ? local.Id : null)) is { } there)
            return _ledger.Occupy(seat, there, "it was started here before its place was written down");
        var found = await FindAsync(seat, token).ConfigureAwait(false);
        if (found.IsSuccess || container.IsOneOff)
            return found;
        var own = await containers.ListLiveAsync(container.AppId, token).ConfigureAwait(false);
        var replaced = own.Where(c => c.Type == container.Type && c.Index == container.Index && c.Id != container.Id).Select(c => c.Id);
        return _ledger.Exchange(seat, replaced) is { } exchanged ? exchanged : found;
    }

    /// <summary>A place for the container that another one moves to: on that host, or on whichever is best.</summary>
    public async Task<Outcome<Place>> PlaceMoveAsync(Container next, App app, HostId? to, CancellationToken token)
    {
        await OpenAsync(token).ConfigureAwait(false);
        var seat = SnapshotBuilder.Seat(next, app);
        if (to is not { } host)
            return await FindAsync(seat, token).ConfigureAwait(false);
        return Answers(host) ? _ledger.FindOn(seat, host, $"{host}: it takes one more") : Refusal.Conflict($"{host} does not answer");
    }

    /// <summary>Why no host would take one more like it now; null when one would.</summary>
    public async Task<string?> WhyNotAsync(Container container, App app, CancellationToken token)
    {
        await OpenAsync(token).ConfigureAwait(false);
        return _ledger.WhyNot(SnapshotBuilder.Seat(container, app));
    }

    /// <summary>
    /// A place for a build until it is given back. A build is never refused, only counted: how many run is bounded by their slots,
    /// each ends by itself, and a host that is full still has to take the fix of what fills it.
    /// </summary>
    public async Task<IDisposable> HoldBuildAsync(ContainerId id, App app, CancellationToken token)
    {
        // Builds run beside this process, which is no host then.
        if (!local.TakesContainers)
            return new Held(() => { });
        await OpenAsync(token).ConfigureAwait(false);
        var limits = SnapshotBuilder.Limits(builds.Value.CpuShares, builds.Value.MemoryBytes);
        var seat = new ContainerSnapshot(id.Value, app.Name.Value, "", limits) { Type = "build", Owner = app.OwnerId.Value, Priority = -1, Movable = false };
        var found = _ledger.Find(seat);
        if (!found.IsSuccess)
            _ledger.Occupy(seat, local.Id, found.Refusal!.Message);
        return new Held(() => _ledger.Release(id));
    }

    /// <summary>Hosts that are likely to run what the formation wants of a release, the likeliest first.</summary>
    public async Task<IReadOnlyList<HostId>> ForeseeAsync(App app, ImageId image, IEnumerable<ProcessFormation> formation, CancellationToken token)
    {
        await OpenAsync(token).ConfigureAwait(false);
        return _ledger.Foresee([.. formation.Where(f => f.Amount > 0).Select(f => (SnapshotBuilder.Seat("foreseen", app, f.Type, f.Size, image), f.Amount))]);
    }

    /// <summary>Whether there are hosts of which nobody can tell yet whether they answer.</summary>
    public async Task<bool> AwaitsHostsAsync(CancellationToken token)
    {
        await OpenAsync(token).ConfigureAwait(false);
        return _ledger.Down.Any(h => sessions.PresenceOf(h) == HostPresence.Unknown);
    }

    public void Recorded(ContainerId id) => _ledger.Recorded(id);

    public void HandOver(ContainerId ended, ContainerId next) => _ledger.HandOver(ended, next);

    public void Release(ContainerId id) => _ledger.Release(id);

    /// <summary>The cluster now. Also makes what operators changed count, and what another process did.</summary>
    public async Task<ClusterSnapshot> ReadAsync(CancellationToken token)
    {
        await _reading.WaitAsync(token).ConfigureAwait(false);
        try
        {
            return await ReadInTurnAsync(token).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<ClusterSnapshot> ReadInTurnAsync(CancellationToken token)
    {
        await local.RegisterAsync(token).ConfigureAwait(false);
        var read = _ledger.BeginRead();
        var records = new ClusterRecords(
            await hosts.ListAsync(token).ConfigureAwait(false),
            await live.ReadAsync(token).ConfigureAwait(false),
            (await apps.ListAllAsync(token).ConfigureAwait(false)).ToDictionary(a => a.Id));
        profiles.Sample(time.GetUtcNow());
        return _ledger.Open(WithRunQueue(SnapshotBuilder.Build(records, options.Value.ToPolicy(), profiles.Of, Answers, time.GetUtcNow(), prefetched.ByHost())), read);
    }

    /// <summary>What began to be read after that number serves all who asked meanwhile: of a lost host hundreds are placed at once, and each read takes as long as all containers are many.</summary>
    private async Task ReadAfterAsync(long known, CancellationToken token)
    {
        await _reading.WaitAsync(token).ConfigureAwait(false);
        try
        {
            if (_ledger.Reads == known)
                await ReadInTurnAsync(token).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<Outcome<Place>> FindAsync(ContainerSnapshot seat, CancellationToken token)
    {
        var found = _ledger.Find(seat);
        if (found.IsSuccess ? Answers(found.Value.Host) : !_ledger.Down.Any(Answers))
            return found;
        // Decided before its host fell silent, or refused before one was heard.
        var known = _ledger.Reads;
        _ledger.Release(new ContainerId(seat.Id));
        await ReadAfterAsync(known, token).ConfigureAwait(false);
        return _ledger.Find(seat);
    }

    private async Task OpenAsync(CancellationToken token)
    {
        if (!_ledger.IsOpen)
            await ReadAsync(token).ConfigureAwait(false);
    }

    private bool Answers(HostId host) => sessions.PresenceOf(host) == HostPresence.Ready;

    private ClusterSnapshot WithRunQueue(ClusterSnapshot snapshot) => metrics.Host is not { Cpus: > 0 } host ? snapshot : snapshot with
    {
        Hosts = [.. snapshot.Hosts.Select(h => h.Id == local.Id.Value ? h with { RunQueue = host.RunQueue / host.Cpus } : h)],
    };

    private sealed class Held(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}

using Gantry.Domain;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;

namespace Gantry.Control.Hosts;

/// <summary>Where a container has its place, and the scheduler's sentence about it.</summary>
internal sealed record Place(HostId Host, string Explanation);

/// <summary>
/// All places that are taken, as one session of the scheduler. What is decided here counts at once, long before it is in the
/// records; reading them again keeps what was decided and given back meanwhile.
/// </summary>
internal sealed class PlacementLedger
{
    private const int MostForeseen = 64;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _released = [];
    private readonly Dictionary<string, Taken> _taken = new(StringComparer.Ordinal);
    private Dictionary<string, int> _hosts = [];
    private PlacementSession? _session;
    private ClusterSnapshot? _snapshot;
    private long _read;

    public bool IsOpen => _session is not null;

    /// <summary>Hosts that did not answer when the records were read last.</summary>
    public IEnumerable<HostId> Down => _snapshot?.Hosts.Where(h => h.State == HostState.Down).Select(h => new HostId(h.Id)) ?? [];

    /// <summary>How many reads have begun.</summary>
    public long Reads => Interlocked.Read(ref _read);

    /// <summary>To be called before the records are read; the number goes to <see cref="Open"/>.</summary>
    public long BeginRead()
    {
        lock (_gate)
        {
            _released.Clear();
            return ++_read;
        }
    }

    /// <summary>Begins anew from the records.</summary>
    /// <returns>The snapshot with what the records do not know yet.</returns>
    /// <exception cref="InvalidOperationException">The options make no sense; says which.</exception>
    public ClusterSnapshot Open(ClusterSnapshot records, long read)
    {
        lock (_gate)
        {
            var snapshot = WithDecided(records, read);
            var opened = PlacementSession.Open(snapshot);
            _session = opened.IsSuccess ? opened.Value : throw new InvalidOperationException($"Containers can't be placed. {opened.Refusal!.Message}");
            _snapshot = snapshot;
            _hosts = _session.Hosts.Select((h, i) => (h.Id, i)).ToDictionary(h => h.Id, h => h.i, StringComparer.Ordinal);
            foreach (var seat in snapshot.Containers)
                if (_taken.TryGetValue(seat.Id, out var taken))
                    taken.See(seat, read);
                else
                    _taken[seat.Id] = new Taken(seat, "it was here when this process started") { RecordedIn = 0, SeenIn = read };
            foreach (var (id, _) in _taken.Where(t => t.Value.SeenIn != read))
                _taken.Remove(id);
            return snapshot;
        }
    }

    /// <summary>Without what was given back since the records were read, and with what was decided since.</summary>
    private ClusterSnapshot WithDecided(ClusterSnapshot records, long read)
    {
        var younger = _taken.Values.Where(t => t.RecordedIn >= read).ToDictionary(t => t.Seat.Id, t => t.Seat, StringComparer.Ordinal);
        if (younger.Count + _released.Count == 0)
            return records;
        foreach (var recorded in records.Containers)
            younger.Remove(recorded.Id);
        return records with
        {
            Containers = [.. records.Containers.Where(c => !_released.Contains(c.Id)), .. younger.Values],
            Pending = [.. records.Pending.Where(p => !younger.ContainsKey(p.Id))],
        };
    }

    /// <summary>A place for the container; the same one when it was asked for before.</summary>
    /// <returns>The place, or why no host has one.</returns>
    public Outcome<Place> Find(ContainerSnapshot seat)
    {
        lock (_gate)
        {
            if (_taken.TryGetValue(seat.Id, out var taken))
                return taken.Place;
            var request = SnapshotBuilder.Request(seat);
            var decision = Session.Place(request);
            if (!decision.IsPlaced)
                return Refusal.Conflict(Session.Explain(request));
            var host = Session.Hosts[decision.Host].Id;
            return Take(seat with { Host = host }, new Placement(seat.Id, seat.Id, host, decision.Score, decision.Fitting, decision.Looked).Explanation);
        }
    }

    /// <summary>A place on this very host, if all that decides about places lets it take the container.</summary>
    public Outcome<Place> FindOn(ContainerSnapshot seat, HostId host, string explanation)
    {
        lock (_gate)
        {
            if (_taken.TryGetValue(seat.Id, out var taken))
                return taken.Place;
            if (_snapshot!.Hosts.FirstOrDefault(h => h.Id == host.Value) is not { } known)
                return Refusal.Conflict($"{host} is no host of the cluster any more");
            var there = _taken.Values.Select(t => t.Seat).Where(s => s.Host == host.Value).ToList();
            var alone = PlacementSession.Open(_snapshot with { Hosts = [known], Containers = there, Pending = [] }).Value;
            var request = SnapshotBuilder.Request(seat);
            return alone.Place(request).IsPlaced ? Occupy(seat, host, explanation) : Refusal.Conflict(alone.Explain(request));
        }
    }

    /// <summary>Why no host has a place for it now; null when one has. Takes none.</summary>
    public string? WhyNot(ContainerSnapshot seat)
    {
        lock (_gate)
        {
            var request = SnapshotBuilder.Request(seat);
            var decision = Session.Place(request);
            if (!decision.IsPlaced)
                return Session.Explain(request);
            Session.Release(request, decision.Host);
            return null;
        }
    }

    /// <summary>
    /// Where the containers of a release are likely to come, as places are taken now: those that are wanted and have none yet, and one more,
    /// which stands for what follows when a host is lost. Then where the app is now. Takes no place.
    /// </summary>
    /// <param name="wanted">One of each type, and how many of it.</param>
    public IReadOnlyList<HostId> Foresee(IReadOnlyList<(ContainerSnapshot Seat, int Amount)> wanted)
    {
        lock (_gate)
        {
            var there = _taken.Values.Select(t => t.Seat).Where(s => wanted.Any(w => w.Seat.App == s.App)).ToList();
            var missing = wanted.SelectMany(w => Enumerable.Repeat(w.Seat, Math.Max(0, w.Amount - there.Count(s => s.Type == w.Seat.Type && s.Image == w.Seat.Image))));
            var placed = new List<(PlacementRequest Request, int Host)>();
            try
            {
                // Of hundreds of containers most share hosts.
                foreach (var request in missing.Take(MostForeseen).Concat(wanted.Take(1).Select(w => w.Seat)).Select(SnapshotBuilder.Request))
                    if (Session.Place(request) is { IsPlaced: true } decision)
                        placed.Add((request, decision.Host));
            }
            finally
            {
                placed.ForEach(p => Session.Release(p.Request, p.Host));
            }

            var now = there.Where(s => _hosts.TryGetValue(s.Host, out var host) && Session.Hosts[host].State == HostState.Ready).Select(s => s.Host);
            return [.. placed.Select(p => Session.Hosts[p.Host].Id).Concat(now).Distinct().Select(h => new HostId(h))];
        }
    }

    /// <summary>A place beside a container that ends as soon as this one is ready: a host that is full can still exchange what it has.</summary>
    /// <returns>Null when none of them is as large, on a host that takes containers.</returns>
    public Place? Exchange(ContainerSnapshot seat, IEnumerable<ContainerId> replaced)
    {
        lock (_gate)
        {
            var old = replaced.Select(id => _taken.GetValueOrDefault(id.Value)?.Seat).FirstOrDefault(
                s => s is not null && _hosts.TryGetValue(s.Host, out var host) && Session.Hosts[host].State == HostState.Ready
                    && seat.Limits.Zip(s.Limits).All(l => l.First <= l.Second));
            return old is null ? null : Occupy(seat, new HostId(old.Host), $"{old.Host}: it takes the place of {old.Id}, which ends when it is ready");
        }
    }

    /// <summary>What ended leaves its place to what follows it, so that nobody else gets it in between.</summary>
    public void HandOver(ContainerId ended, ContainerId next)
    {
        lock (_gate)
            if (_taken.Remove(ended.Value, out var taken))
                _taken[next.Value] = new Taken(taken.Seat with { Id = next.Value }, taken.Place.Explanation) { RecordedIn = _read };
    }

    /// <summary>The place of a container that is there already, or comes whatever the filters say.</summary>
    public Place Occupy(ContainerSnapshot seat, HostId host, string explanation)
    {
        lock (_gate)
        {
            if (_taken.TryGetValue(seat.Id, out var taken))
                return taken.Place;
            Session.Occupy(SnapshotBuilder.Request(seat), _hosts[host.Value]);
            return Take(seat with { Host = host.Value }, explanation);
        }
    }

    /// <summary>The place is in the records from now on.</summary>
    public void Recorded(ContainerId id)
    {
        lock (_gate)
            if (_taken.TryGetValue(id.Value, out var taken))
                taken.RecordedIn = Math.Min(taken.RecordedIn, _read);
    }

    /// <summary>Gives the place back. Repeatable.</summary>
    public void Release(ContainerId id)
    {
        lock (_gate)
        {
            _released.Add(id.Value);
            if (_taken.Remove(id.Value, out var taken) && _hosts.TryGetValue(taken.Seat.Host, out var host))
                Session.Release(SnapshotBuilder.Request(taken.Seat), host);
        }
    }

    private PlacementSession Session => _session ?? throw new InvalidOperationException("The records were not read yet.");

    private Place Take(ContainerSnapshot seat, string explanation) => (_taken[seat.Id] = new Taken(seat, explanation)).Place;

    private sealed class Taken(ContainerSnapshot seat, string explanation)
    {
        public ContainerSnapshot Seat { get; private set; } = seat;

        public Place Place { get; } = new(new HostId(seat.Host), explanation);

        /// <summary>Number of the read before which it was written down.</summary>
        public long RecordedIn { get; set; } = long.MaxValue;

        /// <summary>The last read whose snapshot had it.</summary>
        public long SeenIn { get; set; }

        /// <summary>Keeps it as it was read last: with an old one goes what it was measured to use then.</summary>
        public void See(ContainerSnapshot now, long read) => (Seat, SeenIn) = (now, read);
    }
}

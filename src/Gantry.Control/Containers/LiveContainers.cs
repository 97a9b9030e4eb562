using System.Collections.Concurrent;
using Gantry.Bus;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;

namespace Gantry.Control.Containers;

/// <summary>
/// The live containers of all apps, in memory: to read the rows of a hundred thousand takes seconds, and loops look at all of them every few
/// seconds. What this process wrote before it asks is always in the answer; what another one wrote, when it said so, or is seen when those that
/// start or end are read, and at the latest with the next whole read. Whoever acts on one container reads its record.
/// </summary>
internal sealed class LiveContainers : IAsyncDisposable
{
    /// <summary>What a notification that got lost may cost at most.</summary>
    private static readonly TimeSpan _whole = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan _unsettled = TimeSpan.FromSeconds(5);

    /// <summary>More changes than this are not looked up one by one.</summary>
    private const int Most = 5000;

    private readonly IContainerStore _containers;
    private readonly ContainerNotes _notes;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _reading = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;
    private readonly Dictionary<AppId, Dictionary<ContainerId, Container>> _apps = [];
    private readonly ConcurrentDictionary<ContainerId, Container> _live = [];
    private IReadOnlyList<Container>? _answer;
    private DateTimeOffset? _readWhole;

    /// <summary>A whole read that is under way while the answers go on, and what changed since it began: that is read again when it is there.</summary>
    private (Task<IReadOnlyList<Container>> All, HashSet<ContainerId> Changed)? _next;
    private DateTimeOffset _readUnsettled;
    private bool _missed;

    public LiveContainers(IContainerStore containers, ContainerNotes notes, IBus bus, TimeProvider time)
    {
        (_containers, _notes, _time) = (containers, notes, time);
        _listening = ListenAsync(bus.Subscribe(_stop.Token));
    }

    /// <summary>All that are not stopped, each as it was read last.</summary>
    public Task<IReadOnlyList<Container>> ReadAsync(CancellationToken token) => ReadAsync(() => _answer ??= [.. _live.Values], token);

    /// <summary>Of these the ones that are live, read anew, all in one question.</summary>
    public Task<IReadOnlyList<Container>> ReadAsync(IReadOnlyCollection<ContainerId> ids, CancellationToken token)
    {
        _notes.Note(ids);
        return ReadAsync(() => [.. ids.Select(Peek).OfType<Container>()], token);
    }

    /// <summary>Those of one app.</summary>
    public Task<IReadOnlyList<Container>> ReadAsync(AppId app, CancellationToken token) =>
        ReadAsync(() => [.. Known(app)], token);

    /// <summary>Those of these apps are read anew: another process has said that they changed.</summary>
    public async Task ReadAnewAsync(IReadOnlyCollection<AppId> apps, CancellationToken token)
    {
        if (apps.Count == 0)
            return;
        await _reading.WaitAsync(token).ConfigureAwait(false);
        try
        {
            var (live, known) = (await _containers.ListLiveAsync(apps, token).ConfigureAwait(false), apps.SelectMany(Known).Select(c => c.Id).ToList());
            _next?.Changed.UnionWith(known.Concat(live.Select(c => c.Id)));
            Take(known, live);
        }
        catch
        {
            Distrust();
            throw;
        }
        finally
        {
            _reading.Release();
        }
    }

    private IEnumerable<Container> Known(AppId app) => _apps.TryGetValue(app, out var own) ? own.Values : [];

    /// <summary>As it was read last; null when it was not live then.</summary>
    public Container? Peek(ContainerId id) => _live.GetValueOrDefault(id);

    /// <summary>All are read anew before the next answer.</summary>
    public void Distrust() => Volatile.Write(ref _missed, true);

    private async Task<IReadOnlyList<Container>> ReadAsync(Func<IReadOnlyList<Container>> answer, CancellationToken token)
    {
        await _reading.WaitAsync(token).ConfigureAwait(false);
        try
        {
            // Nobody would say any more what changes.
            if (_listening.IsFaulted)
                await _listening.ConfigureAwait(false);
            await RefreshAsync(token).ConfigureAwait(false);
            return answer();
        }
        finally
        {
            _reading.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (_next?.All ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _reading.Dispose();
    }

    private async Task RefreshAsync(CancellationToken token)
    {
        var now = _time.GetUtcNow();
        var (missed, changed) = (Interlocked.Exchange(ref _missed, false), _notes.Take());
        try
        {
            if (missed || _readWhole is not { } at || changed.Count > Most)
            {
                Begin(await _containers.ListLiveAsync(token).ConfigureAwait(false));
                (_readWhole, _readUnsettled, _next) = (now, now, null);
                return;
            }

            if (_next is { All.IsCompleted: true } next)
            {
                _next = null;
                Begin(await next.All.ConfigureAwait(false));
                changed = [.. changed.Union(next.Changed)];
            }

            _next?.Changed.UnionWith(changed);
            if (now - at >= _whole)
            {
                _readWhole = now;
                _next = (Task.Run(() => _containers.ListLiveAsync(_stop.Token), _stop.Token), []);
            }

            if (changed.Count > 0)
                Take(changed, await _containers.ListAsync(changed, token).ConfigureAwait(false));
            if (now - _readUnsettled >= _unsettled)
            {
                await ReadUnsettledAsync(token).ConfigureAwait(false);
                _readUnsettled = now;
            }
        }
        catch
        {
            Distrust();
            throw;
        }
    }

    /// <summary>Those that start or end, and those that did and do no more.</summary>
    private async Task ReadUnsettledAsync(CancellationToken token)
    {
        var unsettled = await _containers.ListUnsettledAsync(token).ConfigureAwait(false);
        var gone = _live.Values.Where(c => c is not { State: ContainerState.Running, Wanted: true }).Select(c => c.Id).Except(unsettled.Select(c => c.Id)).ToList();
        Take(gone, gone.Count == 0 ? unsettled : [.. unsettled, .. await _containers.ListAsync(gone, token).ConfigureAwait(false)]);
    }

    /// <summary>What is as it was stays the same object: nearly all are, of a hundred thousand.</summary>
    private void Begin(IReadOnlyList<Container> all)
    {
        var there = all.Select(c => c.Id).ToHashSet();
        Take(_live.Keys.Where(id => !there.Contains(id)).ToList(), all.Where(c => !_live.TryGetValue(c.Id, out var known) || known != c).ToList());
    }

    private void Take(IReadOnlyCollection<ContainerId> asked, IReadOnlyList<Container> found)
    {
        if (asked.Count + found.Count == 0)
            return;
        foreach (var id in asked)
            if (_live.TryRemove(id, out var gone) && _apps.TryGetValue(gone.AppId, out var left) && left.Remove(id) && left.Count == 0)
                _apps.Remove(gone.AppId);
        foreach (var container in found.Where(c => c.State != ContainerState.Stopped))
        {
            _live[container.Id] = container;
            if (!_apps.TryGetValue(container.AppId, out var own))
                _apps[container.AppId] = own = [];
            own[container.Id] = container;
        }

        _answer = null;
    }

    private async Task ListenAsync(IAsyncEnumerable<Notification> notifications)
    {
        await foreach (var notification in notifications.ConfigureAwait(false))
        {
            if (notification is ContainerChanged changed)
                _notes.Note([changed.ContainerId]);
            else if (notification is Missed)
                Distrust();
        }
    }
}

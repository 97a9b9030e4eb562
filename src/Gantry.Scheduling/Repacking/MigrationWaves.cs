using System.Globalization;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>Brings an assignment about in waves. Within a wave every new container is ready before its old one ends, so both count on
/// their hosts until the wave is over; what leaves makes room for the next wave only. After each wave the cluster breaks no rule that it
/// did not break before, so a plan may be paused, taken up again or abandoned there.</summary>
/// <remarks>Moves that wait for each other in a circle are broken by sending one through a third host.</remarks>
internal sealed class MigrationWaves
{
    private readonly RepackModel _model;
    private readonly RepackOptions _options;
    private readonly RepackState _state;
    private readonly int[] _target;
    private readonly HashSet<int> _kept;
    private readonly HashSet<int> _steppedAside = [];
    private readonly List<MoveWave> _waves = [];
    private readonly List<RepackRefusal> _dropped = [];

    /// <param name="model">The cluster.</param>
    /// <param name="from">By container: where it is.</param>
    /// <param name="target">By container: where it is to go.</param>
    public MigrationWaves(RepackModel model, IReadOnlyList<int> from, IReadOnlyList<int> target)
    {
        (_model, _options, _target) = (model, model.Options, [.. target]);
        _kept = [.. target];
        _state = new RepackState(model, from);
        var pending = Enumerable.Range(0, from.Count).Where(c => from[c] >= 0 && from[c] != target[c])
            .OrderByDescending(c => model.KindAt(c).Size).ThenBy(c => c).ToList();
        if (_options.StopTheWorld) MoveAtOnce(pending);
        else MoveInWaves(pending);
    }

    public IReadOnlyList<MoveWave> Waves => _waves;

    /// <summary>Containers that stay where they are, and why.</summary>
    public IReadOnlyList<RepackRefusal> Dropped => _dropped;

    /// <summary>By container: where it is when all waves are done.</summary>
    public int[] Reached => _state.HostOf;

    private void MoveInWaves(List<int> pending)
    {
        while (pending.Count > 0)
        {
            var wave = Gather(pending);
            if (wave.Count > 0)
            {
                Close(wave);
                pending.RemoveAll(c => _state.HostOf[c] == _target[c]);
            }
            else if (StepAside(pending) is { } step) Close([step]);
            else
            {
                Drop(pending);
                return;
            }
        }
    }

    /// <summary>As many moves as fit beside each other, the copies of all of them in place.</summary>
    private List<(int Container, int To)> Gather(List<int> pending)
    {
        var wave = new List<(int Container, int To)>();
        var (ofHost, ofApp) = (new Dictionary<int, int>(), new Dictionary<int, int>());
        foreach (var container in pending)
        {
            if (wave.Count == _options.MovesAtOnce) break;
            var (kind, from, to) = (_model.KindAt(container), _state.HostOf[container], _target[container]);
            if (ofHost.GetValueOrDefault(from) >= _options.MovesAtOncePerHost || ofHost.GetValueOrDefault(to) >= _options.MovesAtOncePerHost) continue;
            if (ofApp.GetValueOrDefault(kind.App) >= _options.MovesAtOncePerApp || !_state.Fits(kind, to)) continue;
            _state.Enter(container, to);
            wave.Add((container, to));
            ofHost[from] = ofHost.GetValueOrDefault(from) + 1;
            ofHost[to] = ofHost.GetValueOrDefault(to) + 1;
            ofApp[kind.App] = ofApp.GetValueOrDefault(kind.App) + 1;
        }

        return wave;
    }

    /// <summary>The smallest container whose way to a third host lets another one in where it was. Each steps aside once.</summary>
    private (int Container, int To)? StepAside(List<int> pending)
    {
        foreach (var container in Enumerable.Reverse(pending))
        {
            var (kind, from) = (_model.KindAt(container), _state.HostOf[container]);
            if (_steppedAside.Contains(container) || !pending.Exists(c => _target[c] == from && _state.Fits(_model.KindAt(c), from, kind))) continue;
            for (var third = 0; third < _model.Hosts.Length; third++)
            {
                if (third == from || third == _target[container] || !_state.Fits(kind, third)) continue;
                _steppedAside.Add(container);
                _state.Enter(container, third);
                return (container, third);
            }
        }

        return null;
    }

    /// <summary>The old containers end.</summary>
    private void Close(List<(int Container, int To)> wave)
    {
        var moves = new List<Move>(wave.Count);
        double boot = 0;
        foreach (var (container, to) in wave)
        {
            moves.Add(Describe(container, to));
            _state.Leave(container, _state.HostOf[container]);
            _state.HostOf[container] = to;
            boot = Math.Max(boot, Boot(container));
        }

        _waves.Add(new MoveWave(moves, boot + _options.DrainSeconds));
    }

    /// <summary>Everything stops and starts again elsewhere: room is needed for the result only. A host starts so many at once.</summary>
    private void MoveAtOnce(List<int> pending)
    {
        if (pending.Count == 0) return;
        var moves = pending.Select(c => Describe(c, _target[c])).ToList();
        var boot = pending.GroupBy(c => _target[c]).Max(g => Math.Ceiling(g.Count() / (double)_options.MovesAtOncePerHost) * g.Max(Boot));
        foreach (var container in pending) _state.Move(container, _target[container]);
        _waves.Add(new MoveWave(moves, boot + _options.DrainSeconds));
    }

    private double Boot(int container) => Sandpiper.Boot(_model.Snapshot.Containers[container]);

    private void Drop(List<int> pending)
    {
        foreach (var container in pending)
        {
            var why = _state.WhyNot(_model.KindAt(container), _target[container]);
            _dropped.Add(new RepackRefusal(_model.Snapshot.Containers[container].Id, string.Create(CultureInfo.InvariantCulture,
                $"{_model.Hosts[_target[container]].Id} would be its place, but 1 of 1 hosts {why} while the old containers still run, and no third host can help: free some room, or repack with the world stopped.")));
        }
    }

    private Move Describe(int container, int to)
    {
        var (from, target) = (_model.Hosts[_state.HostOf[container]].Id, _model.Hosts[_target[container]].Id);
        var why = to != _target[container] ? $"steps aside so that another one can enter {from}; goes on to {target} later"
            : _options.Objective == RepackObjective.Balance ? $"{from} is loaded above the mean, {target} has room"
            : _options.Objective == RepackObjective.ConvexCost ? $"load costs less on {target} than on {from}"
            : !_kept.Contains(_state.HostOf[container]) ? $"{from} is to be freed; {target} has room" : $"makes room on {from} for containers of hosts that are to be freed";
        return new Move(_model.Snapshot.Containers[container].Id, from, _model.Hosts[to].Id, why);
    }
}

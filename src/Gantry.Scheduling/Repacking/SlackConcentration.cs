namespace Gantry.Scheduling.Repacking;

/// <summary>Makes room for containers that fit nowhere by bringing together what is free: shifts and swaps between two hosts that make the
/// sum of squared free shares larger, or a little smaller at times. Room that is in one place is taken at once.</summary>
internal sealed class SlackConcentration(RepackWork work, IReadOnlyList<int> hosts, List<int> homeless, ulong seed)
{
    /// <summary>Loss of squared free share that is accepted at times.</summary>
    private const double Temperature = 1e-5;

    /// <summary>Containers tried where room has come together: half of them the largest, half any.</summary>
    private const int Tries = 48;

    private readonly RepackState _state = work.State;
    private readonly RepackModel _model = work.State.Model;
    private SeededRandom _random = new(seed);

    /// <summary>Until so few have no place or the steps are used up.</summary>
    public void Run(int mayStay)
    {
        homeless.Sort((a, b) => (-_model.KindAt(a).Size, a).CompareTo((-_model.KindAt(b).Size, b)));
        while (homeless.Count > mayStay && !work.IsOver && hosts.Count > 1)
        {
            work.Steps--;
            var (a, b) = (hosts[_random.Next(hosts.Count)], hosts[_random.Next(hosts.Count)]);
            if (a == b || _state.Count(a) == 0) continue;
            var item = Any(a);
            var other = _state.Count(b) == 0 || (_random.NextUInt64() & 3) == 0 ? -1 : Any(b);
            if (Exchange(a, b, item, other)) TakeIn(a, b);
            work.Keep();
        }
    }

    private int Any(int host) => _state.Containers(host)[_random.Next(_state.Count(host))];

    private bool Exchange(int a, int b, int item, int other)
    {
        var (kind, returns) = (_model.KindAt(item), other < 0 ? null : _model.KindAt(other));
        if (ReferenceEquals(kind, returns) || !work.Test(kind, b, returns) || (returns is not null && !work.Test(returns, a, kind))) return false;
        var (before, mark) = (_state.Room(a) + _state.Room(b), work.Mark);
        if (other >= 0) work.Move(other, -1);
        work.Move(item, b);
        if (other >= 0) work.Move(other, a);
        if (_state.Room(a) + _state.Room(b) - before >= Temperature * Math.Log(1 - _random.NextDouble())) return true;
        work.BackTo(mark);
        return false;
    }

    /// <summary>The largest of some that fits on the roomier host.</summary>
    private void TakeIn(int a, int b)
    {
        var host = _state.Room(a) > _state.Room(b) ? a : b;
        var first = _random.Next(homeless.Count);
        for (var i = 0; i < Math.Min(Tries, homeless.Count); i++)
        {
            var at = i < Tries / 2 ? i : (first + i) % homeless.Count;
            if (!work.Test(_model.KindAt(homeless[at]), host)) continue;
            work.Move(homeless[at], host);
            homeless.RemoveAt(at);
            return;
        }
    }
}

namespace Gantry.Scheduling.Repacking;

/// <summary>Where the services of a reassignment are: the rules of conflict, spread and dependency, and how many processes of each have moved.</summary>
internal sealed class ReassignmentServices
{
    private readonly int _words;
    private readonly int _locationCount;
    private readonly int _areaCount;
    private readonly ulong[] _there;       // service, a bit a machine
    private readonly int[] _inLocation;    // service, location
    private readonly int[] _inArea;        // service, neighbourhood
    private readonly int[] _spread;        // service: locations in use
    private readonly int[] _spreadMin;
    private readonly int[] _location;      // machine
    private readonly int[] _area;          // machine
    private readonly int[][] _dependsOn;
    private readonly int[][] _dependents;
    private readonly int[] _moved;         // service
    private readonly int[] _withMoved;     // number of processes: services that have moved so many

    public ReassignmentServices(ReassignmentProblem problem)
    {
        var services = problem.Services.Length;
        _location = [.. problem.Machines.Select(m => m.Location)];
        _area = [.. problem.Machines.Select(m => m.Neighbourhood)];
        (_words, _locationCount, _areaCount) = ((problem.Machines.Length + 63) / 64, _location.Max() + 1, _area.Max() + 1);
        (_there, _inLocation, _inArea) = (new ulong[services * _words], new int[services * _locationCount], new int[services * _areaCount]);
        (_spread, _moved, _withMoved) = (new int[services], new int[services], new int[problem.Processes.Length + 1]);
        _withMoved[0] = services;
        _spreadMin = [.. problem.Services.Select(s => s.SpreadMin)];
        _dependsOn = [.. problem.Services.Select(s => s.DependsOn)];
        var dependents = problem.Services.Select(_ => new List<int>()).ToArray();
        for (var s = 0; s < services; s++)
            foreach (var on in _dependsOn[s]) dependents[on].Add(s);
        _dependents = [.. dependents.Select(d => d.ToArray())];
        for (var p = 0; p < problem.Initial.Length; p++) Enter(problem.Processes[p].Service, problem.Initial[p]);
    }

    /// <summary>The most processes of one service that have moved.</summary>
    public int MostMoved { get; private set; }

    /// <summary>Whether a process of this service may go from one machine to another: nothing of it is there, and places stay enough for it and for those who need it.</summary>
    public bool Allow(int service, int from, int to)
    {
        if ((_there[service * _words + (to >> 6)] >> to & 1) != 0) return false;
        var (left, entered) = (_location[from], _location[to]);
        if (left != entered)
        {
            var at = service * _locationCount;
            var spread = _spread[service] - (_inLocation[at + left] == 1 ? 1 : 0) + (_inLocation[at + entered] == 0 ? 1 : 0);
            if (spread < _spreadMin[service]) return false;
        }

        return _area[from] == _area[to] || AllowArea(service, _area[from], _area[to]);
    }

    /// <summary>One depends on the other: two moves at once could hide a broken rule from either check alone.</summary>
    public bool Depend(int a, int b) => Array.IndexOf(_dependsOn[a], b) >= 0 || Array.IndexOf(_dependsOn[b], a) >= 0;

    /// <summary>The most moved processes of a service if this one moved so many more or less.</summary>
    public int MostMovedWith(int service, int change)
    {
        if (change == 0) return MostMoved;
        var moved = _moved[service] + change;
        if (moved > MostMoved) return moved;
        return change < 0 && moved + 1 == MostMoved && _withMoved[MostMoved] == 1 ? moved : MostMoved;
    }

    /// <summary>The same when two services change at once.</summary>
    public int MostMovedWith(int a, int changeA, int b, int changeB)
    {
        if (a == b) return changeA + changeB is var both && both is -1 or 0 or 1 ? MostMovedWith(a, both) : MostMovedBoth(a, both, a, both);
        if (changeA == 0) return MostMovedWith(b, changeB);
        return changeB == 0 ? MostMovedWith(a, changeA) : MostMovedBoth(a, changeA, b, changeB);
    }

    public void Enter(int service, int machine)
    {
        _there[service * _words + (machine >> 6)] |= 1UL << machine;
        if (_inLocation[service * _locationCount + _location[machine]]++ == 0) _spread[service]++;
        _inArea[service * _areaCount + _area[machine]]++;
    }

    public void Leave(int service, int machine)
    {
        _there[service * _words + (machine >> 6)] &= ~(1UL << machine);
        if (--_inLocation[service * _locationCount + _location[machine]] == 0) _spread[service]--;
        _inArea[service * _areaCount + _area[machine]]--;
    }

    public void CountMoved(int service, int change)
    {
        if (change == 0) return;
        _withMoved[_moved[service]]--;
        _moved[service] += change;
        _withMoved[_moved[service]]++;
        if (_moved[service] > MostMoved) MostMoved = _moved[service];
        while (MostMoved > 0 && _withMoved[MostMoved] == 0) MostMoved--;
    }

    private int MostMovedBoth(int a, int changeA, int b, int changeB)
    {
        CountMoved(a, changeA);
        if (b != a) CountMoved(b, changeB);
        var most = MostMoved;
        CountMoved(a, -changeA);
        if (b != a) CountMoved(b, -changeB);
        return most;
    }

    private bool AllowArea(int service, int from, int to)
    {
        foreach (var on in _dependsOn[service])
            if (_inArea[on * _areaCount + to] == 0) return false;
        if (_inArea[service * _areaCount + from] > 1) return true;
        foreach (var dependent in _dependents[service])
            if (_inArea[dependent * _areaCount + from] > 0) return false;
        return true;
    }
}

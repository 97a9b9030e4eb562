namespace Gantry.Scheduling.Repacking;

/// <summary>One assignment with its cost, kept up to date in the time of what a move changes.</summary>
public sealed class ReassignmentState
{
    private readonly ReassignmentProblem _p;
    private readonly int _resources;
    private readonly int _machines;
    private readonly long[] _use;      // machine, resource
    private readonly long[] _moving;   // machine, resource: what left it but still needs its transient resources there
    private readonly long[] _machineCost;
    private readonly long[] _need;     // process, resource
    private readonly Dictionary<int, int>[] _onMachine;
    private readonly int[][] _locations;
    private readonly int[][] _neighbourhoods;
    private readonly int[] _spread;
    private readonly int[] _moved;
    private readonly int[] _movedCounts;
    private readonly int[][] _dependents;
    private int _mostMoved;

    public ReassignmentState(ReassignmentProblem problem)
    {
        _p = problem;
        (_resources, _machines) = (problem.Resources.Length, problem.Machines.Length);
        Of = (int[])problem.Initial.Clone();
        (_use, _moving) = (new long[_machines * _resources], new long[_machines * _resources]);
        _machineCost = new long[_machines];
        _need = [.. problem.Processes.SelectMany(p => p.Need)];
        _onMachine = [.. problem.Machines.Select(_ => new Dictionary<int, int>())];
        var (locations, areas) = (problem.Machines.Max(m => m.Location) + 1, problem.Machines.Max(m => m.Neighbourhood) + 1);
        _locations = [.. problem.Services.Select(_ => new int[locations])];
        _neighbourhoods = [.. problem.Services.Select(_ => new int[areas])];
        (_spread, _moved) = (new int[problem.Services.Length], new int[problem.Services.Length]);
        _movedCounts = new int[problem.Processes.Length + 1];
        _movedCounts[0] = problem.Services.Length;
        var dependents = problem.Services.Select(_ => new List<int>()).ToArray();
        for (var s = 0; s < problem.Services.Length; s++)
            foreach (var on in problem.Services[s].DependsOn) dependents[on].Add(s);
        _dependents = [.. dependents.Select(d => d.ToArray())];
        for (var p = 0; p < Of.Length; p++) Enter(p, Of[p]);
        for (var m = 0; m < _machines; m++) Cost += _machineCost[m] = MachineCost(m, -1, -1);
    }

    public ReassignmentProblem Problem => _p;

    /// <summary>By process: its machine.</summary>
    public int[] Of { get; }

    public long Cost { get; private set; }

    /// <summary>The change of cost if the process went there, or null when a rule forbids it.</summary>
    public long? ShiftDelta(int process, int to)
    {
        var from = Of[process];
        if (from == to || !Fits(process, to, -1) || !ServiceAllows(process, to)) return null;
        return MachineCost(to, process, -1) + MachineCost(from, -1, process) - _machineCost[to] - _machineCost[from] + MoveDelta(process, to);
    }

    public void Shift(int process, int to, long delta)
    {
        var from = Of[process];
        Leave(process, from);
        Enter(process, to);
        Of[process] = to;
        (_machineCost[from], _machineCost[to]) = (MachineCost(from, -1, -1), MachineCost(to, -1, -1));
        Cost += delta;
    }

    /// <summary>The change of cost if two processes of different services exchanged their machines, or null when a rule forbids it.</summary>
    public long? SwapDelta(int a, int b)
    {
        var (ma, mb) = (Of[a], Of[b]);
        var (sa, sb) = (_p.Processes[a].Service, _p.Processes[b].Service);
        if (ma == mb || sa == sb || !Fits(a, mb, b) || !Fits(b, ma, a) || Moves(sa, sb)) return null;
        if (!ServiceAllows(a, mb) || !ServiceAllows(b, ma)) return null;
        return MachineCost(mb, a, b) + MachineCost(ma, b, a) - _machineCost[ma] - _machineCost[mb] + MoveDelta(a, mb) + MoveDelta(b, ma) + ServiceMoveBoth(a, b);
    }

    public void Swap(int a, int b, long delta)
    {
        var (ma, mb) = (Of[a], Of[b]);
        Leave(a, ma);
        Leave(b, mb);
        Enter(a, mb);
        Enter(b, ma);
        (Of[a], Of[b]) = (mb, ma);
        (_machineCost[ma], _machineCost[mb]) = (MachineCost(ma, -1, -1), MachineCost(mb, -1, -1));
        Cost += delta;
    }

    private bool Fits(int process, int to, int without)
    {
        var home = _p.Initial[process] == to;
        var withoutHome = without >= 0 && _p.Initial[without] == to;
        var capacity = _p.Machines[to].Capacity;
        for (var r = 0; r < _resources; r++)
        {
            var i = to * _resources + r;
            var use = _use[i] + _moving[i] + _need[process * _resources + r];
            if (without >= 0) use -= _need[without * _resources + r];
            if (_p.Resources[r].Transient)
            {
                if (home) use -= _need[process * _resources + r];
                if (withoutHome) use += _need[without * _resources + r];
            }

            if (use > capacity[r]) return false;
        }

        return true;
    }

    private bool ServiceAllows(int process, int to)
    {
        var service = _p.Processes[process].Service;
        if (_onMachine[to].ContainsKey(service)) return false;
        var (source, target) = (_p.Machines[Of[process]], _p.Machines[to]);
        if (source.Location != target.Location)
        {
            var locations = _locations[service];
            var spread = _spread[service] - (locations[source.Location] == 1 ? 1 : 0) + (locations[target.Location] == 0 ? 1 : 0);
            if (spread < _p.Services[service].SpreadMin) return false;
        }

        if (source.Neighbourhood == target.Neighbourhood) return true;
        foreach (var on in _p.Services[service].DependsOn)
            if (_neighbourhoods[on][target.Neighbourhood] == 0) return false;
        if (_neighbourhoods[service][source.Neighbourhood] > 1) return true;
        foreach (var dependent in _dependents[service])
            if (_neighbourhoods[dependent][source.Neighbourhood] > 0) return false;
        return true;
    }

    /// <summary>One depends on the other: a swap could hide a broken rule from either check alone.</summary>
    private bool Moves(int a, int b) => _p.Services[a].DependsOn.Contains(b) || _p.Services[b].DependsOn.Contains(a);

    private long MachineCost(int machine, int plus, int minus)
    {
        long cost = 0;
        var (capacity, safety) = (_p.Machines[machine].Capacity, _p.Machines[machine].Safety);
        Span<long> use = stackalloc long[_resources];
        for (var r = 0; r < _resources; r++)
        {
            use[r] = _use[machine * _resources + r];
            if (plus >= 0) use[r] += _need[plus * _resources + r];
            if (minus >= 0) use[r] -= _need[minus * _resources + r];
            if (use[r] > safety[r]) cost += _p.Resources[r].Weight * (use[r] - safety[r]);
        }

        foreach (var balance in _p.Balances)
            cost += balance.Weight * Math.Max(0, balance.Target * (capacity[balance.First] - use[balance.First]) - (capacity[balance.Second] - use[balance.Second]));
        return cost;
    }

    private long MoveDelta(int process, int to)
    {
        var (home, now, service) = (_p.Initial[process], Of[process], _p.Processes[process].Service);
        var before = now == home ? 0 : _p.ProcessMoveWeight * _p.Processes[process].MoveCost;
        var after = to == home ? 0 : _p.ProcessMoveWeight * _p.Processes[process].MoveCost;
        var routes = _p.Machines[home].MoveCost;
        return after - before + _p.MachineMoveWeight * (routes[to] - routes[now]) + _p.ServiceMoveWeight * (MostMovedWith(service, Change(process, to)) - _mostMoved);
    }

    private int Change(int process, int to) => (to == _p.Initial[process] ? 0 : 1) - (Of[process] == _p.Initial[process] ? 0 : 1);

    private int MostMovedWith(int service, int change)
    {
        if (change == 0) return _mostMoved;
        var moved = _moved[service] + change;
        if (moved > _mostMoved) return moved;
        return change < 0 && _moved[service] == _mostMoved && _movedCounts[_mostMoved] == 1 ? _mostMoved - 1 : _mostMoved;
    }

    /// <summary>What the two single service terms get wrong when both change at once: the maximum is not a sum.</summary>
    private long ServiceMoveBoth(int a, int b)
    {
        var (sa, sb) = (_p.Processes[a].Service, _p.Processes[b].Service);
        var (ca, cb) = (Change(a, Of[b]), Change(b, Of[a]));
        if (ca == 0 || cb == 0) return 0;
        var most = Math.Max(_moved[sa] + ca, _moved[sb] + cb);
        var level = _mostMoved;
        var there = _movedCounts[level] - (_moved[sa] == level ? 1 : 0) - (_moved[sb] == level ? 1 : 0);
        most = there > 0 ? Math.Max(most, level) : Math.Max(most, Math.Max(0, level - 1));
        return _p.ServiceMoveWeight * (most - _mostMoved - (MostMovedWith(sa, ca) - _mostMoved) - (MostMovedWith(sb, cb) - _mostMoved));
    }

    private void Enter(int process, int machine)
    {
        Use(process, machine, 1);
        var service = _p.Processes[process].Service;
        _onMachine[machine].Add(service, process);
        if (_locations[service][_p.Machines[machine].Location]++ == 0) _spread[service]++;
        _neighbourhoods[service][_p.Machines[machine].Neighbourhood]++;
        if (_p.Initial[process] != machine) CountMoved(service, 1);
    }

    private void Leave(int process, int machine)
    {
        Use(process, machine, -1);
        var service = _p.Processes[process].Service;
        _onMachine[machine].Remove(service);
        if (--_locations[service][_p.Machines[machine].Location] == 0) _spread[service]--;
        _neighbourhoods[service][_p.Machines[machine].Neighbourhood]--;
        if (_p.Initial[process] != machine) CountMoved(service, -1);
    }

    private void Use(int process, int machine, int sign)
    {
        var home = _p.Initial[process];
        for (var r = 0; r < _resources; r++)
        {
            var need = sign * _need[process * _resources + r];
            _use[machine * _resources + r] += need;
            if (machine != home && _p.Resources[r].Transient) _moving[home * _resources + r] += need;
        }
    }

    private void CountMoved(int service, int change)
    {
        _movedCounts[_moved[service]]--;
        _moved[service] += change;
        _movedCounts[_moved[service]]++;
        if (_moved[service] > _mostMoved) _mostMoved = _moved[service];
        else if (_movedCounts[_mostMoved] == 0) _mostMoved--;
    }
}

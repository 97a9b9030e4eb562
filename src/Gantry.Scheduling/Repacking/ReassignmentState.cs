namespace Gantry.Scheduling.Repacking;

/// <summary>One assignment with its cost, kept up to date in the time of what a move changes.</summary>
public sealed class ReassignmentState
{
    private readonly ReassignmentProblem _problem;
    private readonly ReassignmentLoads _loads;
    private readonly ReassignmentServices _services;
    private readonly Item[] _items;
    private readonly long[] _routes;   // machine, machine: price of a move
    private readonly int[][] _on;      // machine: its processes, in any order
    private readonly int[] _count;     // machine
    private readonly int[] _place;     // process: its place among those of its machine
    private readonly int _machines;

    public ReassignmentState(ReassignmentProblem problem)
    {
        _problem = problem;
        _machines = problem.Machines.Length;
        (_loads, _services) = (new ReassignmentLoads(problem), new ReassignmentServices(problem));
        _items = [.. problem.Processes.Select((p, i) => new Item(p.Service, problem.Initial[i], problem.Initial[i], problem.ProcessMoveWeight * p.MoveCost))];
        _routes = [.. problem.Machines.SelectMany(m => m.MoveCost).Select(c => problem.MachineMoveWeight * c)];
        (_on, _count, _place) = (new int[_machines][], new int[_machines], new int[_items.Length]);
        for (var m = 0; m < _machines; m++) _on[m] = new int[16];
        for (var p = 0; p < _items.Length; p++) List(p, _items[p].Now);
        for (var m = 0; m < _machines; m++) (Cost, Lack) = (Cost + _loads.Cost(m), Lack + _loads.Lack(m));
    }

    public ReassignmentProblem Problem => _problem;

    public long Cost { get; private set; }

    /// <summary>The machine of a process.</summary>
    public int Of(int process) => _items[process].Now;

    /// <summary>The machine a process was on at first.</summary>
    public int Home(int process) => _items[process].Home;

    /// <summary>The processes of a machine, in any order.</summary>
    public ReadOnlySpan<int> On(int machine) => _on[machine].AsSpan(0, _count[machine]);

    /// <summary>What the machine costs now.</summary>
    public long MachineCost(int machine) => _loads.Cost(machine);

    /// <summary>What is taken of machines beyond their capacity; 0 where no rule is broken.</summary>
    public long Lack { get; private set; }

    /// <summary>The change of cost if the process went there, or null when a rule forbids it or it is above the limit.</summary>
    public long? ShiftDelta(int process, int to, long limit = long.MaxValue) => Shift(process, to, limit, 0) is { } change ? change.Cost : null;

    /// <summary>What changes if the process went there, or null when a rule forbids it or it is above the limit.</summary>
    /// <param name="limit">The most the cost may rise, what lacks counted in.</param>
    /// <param name="price">Price of a unit that lacks; 0 forbids that more of them do.</param>
    internal LoadChange? Shift(int process, int to, long limit, long price)
    {
        ref readonly var item = ref _items[process];
        if (item.Now == to) return null;
        var change = _loads.With(process, to, item.Home == to);
        if (price == 0 && change.Lack > 0) return null;
        change += _loads.Without(process, item.Now, item.Home == item.Now);
        var service = _problem.ServiceMoveWeight * (_services.MostMovedWith(item.Service, Moved(in item, to)) - _services.MostMoved);
        change = change with { Cost = change.Cost + MoveDelta(in item, to) + service };
        return change.Cost + price * change.Lack <= limit && _services.Allow(item.Service, item.Now, to) ? change : null;
    }

    public void Shift(int process, int to, long delta) => Shift(process, to, new LoadChange(delta, 0));

    internal void Shift(int process, int to, LoadChange change)
    {
        Leave(process);
        Enter(process, to);
        (Cost, Lack) = (Cost + change.Cost, Lack + change.Lack);
    }

    /// <summary>The change of cost if two processes exchanged their machines, or null when a rule forbids it or it is above the limit.</summary>
    public long? SwapDelta(int a, int b, long limit = long.MaxValue) => Swap(a, b, limit, 0) is { } change ? change.Cost : null;

    /// <summary>What changes if two processes exchanged their machines; as <see cref="Shift(int, int, long, long)"/>.</summary>
    internal LoadChange? Swap(int a, int b, long limit, long price)
    {
        ref readonly var x = ref _items[a];
        ref readonly var y = ref _items[b];
        if (x.Now == y.Now) return null;
        var change = _loads.Instead(a, x.Home == y.Now, b, y.Home == y.Now, y.Now);
        if (price == 0 && change.Lack > 0) return null;
        var back = _loads.Instead(b, y.Home == x.Now, a, x.Home == x.Now, x.Now);
        if (price == 0 && back.Lack > 0) return null;
        var service = _problem.ServiceMoveWeight * (_services.MostMovedWith(x.Service, Moved(in x, y.Now), y.Service, Moved(in y, x.Now)) - _services.MostMoved);
        change = new LoadChange(change.Cost + back.Cost + MoveDelta(in x, y.Now) + MoveDelta(in y, x.Now) + service, change.Lack + back.Lack);
        if (change.Cost + price * change.Lack > limit) return null;
        if (x.Service == y.Service) return change;
        return _services.Allow(x.Service, x.Now, y.Now) && _services.Allow(y.Service, y.Now, x.Now) && !_services.Depend(x.Service, y.Service) ? change : null;
    }

    public void Swap(int a, int b, long delta) => Swap(a, b, new LoadChange(delta, 0));

    internal void Swap(int a, int b, LoadChange change)
    {
        var (from, to) = (_items[a].Now, _items[b].Now);
        Leave(a);
        Leave(b);
        Enter(a, to);
        Enter(b, from);
        (Cost, Lack) = (Cost + change.Cost, Lack + change.Lack);
    }

    /// <summary>Takes over the assignment of another state of the same problem.</summary>
    internal void Become(ReassignmentState other) => Become([.. other._items.Select(i => i.Now)], other.Cost, other.Lack);

    /// <summary>Takes over an assignment whose cost and lack are known.</summary>
    internal void Become(int[] assignment, long cost, long lack)
    {
        // All leave before any enters: where one of a service is, no second one may be, not even for a moment.
        int[] moved = [.. Enumerable.Range(0, _items.Length).Where(p => _items[p].Now != assignment[p])];
        foreach (var p in moved) Leave(p);
        foreach (var p in moved) Enter(p, assignment[p]);
        (Cost, Lack) = (cost, lack);
    }

    private long MoveDelta(in Item item, int to)
    {
        var routes = item.Home * _machines;
        return (to == item.Home ? 0 : item.Price) - (item.Now == item.Home ? 0 : item.Price) + _routes[routes + to] - _routes[routes + item.Now];
    }

    private static int Moved(in Item item, int to) => (to == item.Home ? 0 : 1) - (item.Now == item.Home ? 0 : 1);

    private void Enter(int process, int machine)
    {
        ref var item = ref _items[process];
        item.Now = machine;
        _loads.Enter(process, machine, machine == item.Home);
        _services.Enter(item.Service, machine);
        if (machine != item.Home) _services.CountMoved(item.Service, 1);
        List(process, machine);
    }

    private void Leave(int process)
    {
        ref readonly var item = ref _items[process];
        _loads.Leave(process, item.Now, item.Now == item.Home);
        _services.Leave(item.Service, item.Now);
        if (item.Now != item.Home) _services.CountMoved(item.Service, -1);
        var (on, place) = (_on[item.Now], _place[process]);
        var last = on[--_count[item.Now]];
        (on[place], _place[last]) = (last, place);
    }

    private void List(int process, int machine)
    {
        var count = _count[machine]++;
        if (count == _on[machine].Length) Array.Resize(ref _on[machine], 2 * count);
        (_on[machine][count], _place[process]) = (process, count);
    }

    private record struct Item(int Service, int Home, int Now, long Price);
}

namespace Gantry.Scheduling.Repacking;

/// <summary>The way of a repacking so far: the assignment, what it changed, and the steps that are left.</summary>
internal sealed class RepackWork(RepackState state, long steps)
{
    private readonly List<(int Container, int From)> _undo = [];
    private readonly int _mayMove = (int)(state.Model.Options.MaxMovedShare * state.Model.KindOf.Length);

    public RepackState State => state;

    public long Steps { get; set; } = steps;

    public bool IsOver => Steps <= 0;

    /// <summary>Containers that are not where they began.</summary>
    public int Moved { get; private set; } = state.HostOf.Where((host, c) => host != state.Model.Origin[c]).Count();

    public bool IsOverBudget => Moved > _mayMove;

    public bool IsBudgetUsed => Moved >= _mayMove;

    /// <summary>A point to <see cref="BackTo"/>.</summary>
    public int Mark => _undo.Count;

    public bool Test(ContainerKind kind, int host, ContainerKind? minus = null)
    {
        Steps--;
        return state.Fits(kind, host, minus);
    }

    public void Move(int container, int to)
    {
        _undo.Add((container, state.HostOf[container]));
        Put(container, to);
    }

    public void BackTo(int mark)
    {
        for (var i = _undo.Count - 1; i >= mark; i--) Put(_undo[i].Container, _undo[i].From);
        _undo.RemoveRange(mark, _undo.Count - mark);
    }

    /// <summary>Changes that were kept.</summary>
    public int Kept { get; private set; }

    /// <summary>What was done since then stays.</summary>
    public void Keep()
    {
        Kept++;
        _undo.Clear();
    }

    private void Put(int container, int to)
    {
        var origin = state.Model.Origin[container];
        if (state.HostOf[container] != origin) Moved--;
        if (to != origin) Moved++;
        state.Move(container, to);
    }
}

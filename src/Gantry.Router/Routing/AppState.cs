namespace Gantry.Router.Routing;

/// <summary>What the router knows of an app beyond one table: whose turn it is and how many requests wait.</summary>
internal sealed class AppState
{
    private uint _turn;
    private int _unanswered;

    public uint NextTurn() => Interlocked.Increment(ref _turn) - 1;

    /// <summary>Counts a request as unanswered unless there are <paramref name="limit"/> already.</summary>
    public bool TryBegin(int limit)
    {
        if (Interlocked.Increment(ref _unanswered) <= limit)
            return true;
        Answered();
        return false;
    }

    public void Answered() => Interlocked.Decrement(ref _unanswered);
}

namespace Gantry.Coordination;

/// <summary>
/// The time for which a process leads. What is done in it carries it along, through every asynchronous call, so that the records
/// and the hosts can refuse it as soon as they know a newer one (docs/decisions/0008).
/// </summary>
public sealed class Term : IDisposable
{
    private static readonly AsyncLocal<Term?> _current = new();

    private readonly CancellationTokenSource _ended;

    /// <param name="number">Greater than that of every earlier term.</param>
    /// <param name="lost">Cancelled when the lease behind it is lost.</param>
    public Term(long number, CancellationToken lost)
    {
        Number = number;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(lost);
        Ended = _ended.Token;
    }

    /// <summary>Null outside of any: what users and operators ask for is done whoever leads.</summary>
    public static Term? Current => _current.Value;

    public long Number { get; }

    /// <summary>Cancelled when it is over: whatever is done in it has to stop.</summary>
    public CancellationToken Ended { get; }

    /// <summary>What the calling method does from here on, and starts, is done in this term.</summary>
    public void Enter() => _current.Value = this;

    /// <summary>Somebody knows a newer one. Repeatable.</summary>
    public void End()
    {
        // Not here: whoever finds out has better things to do than to stop everything.
        if (!_ended.IsCancellationRequested)
            _ = _ended.CancelAsync();
    }

    /// <exception cref="TermOverException">It is over.</exception>
    public void Demand()
    {
        if (Ended.IsCancellationRequested)
            throw new TermOverException(Number);
    }

    public void Dispose()
    {
        // What was left behind must not take it for one that goes on.
        _ended.Cancel();
        _ended.Dispose();
    }
}

/// <summary>Something was to be done in a term that is over. Nothing of it was done.</summary>
public sealed class TermOverException(long number)
    : Exception($"The term {number} of this process is over, so nothing of what it decided is carried out any more. The process that leads now looks at everything anew.");

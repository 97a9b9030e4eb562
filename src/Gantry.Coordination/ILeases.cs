namespace Gantry.Coordination;

/// <summary>Mutual exclusion between processes, by name, for as long as the holder lives.</summary>
public interface ILeases
{
    /// <summary>Takes the lease, or null when another holder has it. Never waits.</summary>
    /// <exception cref="CoordinationException">Nobody can tell who has it.</exception>
    ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token);
}

/// <summary>A held lease; disposing it gives it back.</summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>
    /// Greater than that of every earlier holder of the same name. What the holder changes elsewhere carries it, so
    /// that a holder which was paused and does not know yet that it lost the lease can be refused there.
    /// </summary>
    long FencingToken { get; }

    /// <summary>Cancelled when the lease is lost, before anybody else can have it: the holder must stop what it does under it.</summary>
    CancellationToken Lost { get; }
}

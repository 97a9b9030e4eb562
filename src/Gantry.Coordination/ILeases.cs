namespace Gantry.Coordination;

/// <summary>Mutual exclusion between processes, by name, for as long as the holder lives.</summary>
public interface ILeases
{
    /// <summary>Takes the lease, or null when another holder has it. Never waits.</summary>
    ValueTask<ILease?> TryAcquireAsync(string name, CancellationToken token);
}

/// <summary>A held lease; disposing it gives it back.</summary>
public interface ILease : IAsyncDisposable
{
    /// <summary>Cancelled when the lease is lost: the holder must stop what it does under it.</summary>
    CancellationToken Lost { get; }
}

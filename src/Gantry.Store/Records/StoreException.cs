namespace Gantry.Store.Records;

/// <summary>The database or its files failed. The message says what happened, why, and what to do.</summary>
public sealed class StoreException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the same call may succeed later (disk full, another process holds the lock).</summary>
    public bool IsTransient { get; } = isTransient;
}

namespace Gantry.Coordination;

/// <summary>The engine of leases failed. The message says what happened, why, and what to do.</summary>
public sealed class CoordinationException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when the same call may succeed later (the engine is away or has no leader).</summary>
    public bool IsTransient { get; } = isTransient;
}

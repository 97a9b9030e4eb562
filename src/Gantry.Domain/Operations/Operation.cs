namespace Gantry.Domain.Operations;

/// <summary>An asynchronous change that a client polls until it is done or failed.</summary>
/// <param name="Scope">For a restart the labels or types it covers; empty means all.</param>
/// <param name="ContainerId">For the start of a one-off the container.</param>
public sealed record Operation(
    OperationId Id, AppId AppId, OperationType Type, OperationStatus Status, string? Error,
    IReadOnlyList<string> Scope, ContainerId? ContainerId, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>Persisted by name.</summary>
public enum OperationType { Scale, Restart, Start, StartOneOff }

/// <summary>Persisted by name.</summary>
public enum OperationStatus { Pending, Running, Done, Error }

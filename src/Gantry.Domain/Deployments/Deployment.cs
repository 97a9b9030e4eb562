namespace Gantry.Domain.Deployments;

/// <summary>One attempt to bring a new release into service.</summary>
public sealed record Deployment
{
    public required DeploymentId Id { get; init; }
    public required AppId AppId { get; init; }
    public required UserId PusherId { get; init; }
    public required string PusherName { get; init; }
    public required DeploymentSource Source { get; init; }

    /// <summary>Commit or version name given by the pusher; empty when unknown.</summary>
    public string GitRef { get; init; } = "";
    public DeploymentStatus Status { get; init; } = DeploymentStatus.Queued;

    /// <summary>One sentence on why it failed, or null.</summary>
    public string? FailureReason { get; init; }
    public ImageId? ImageId { get; init; }
    public long ImageSize { get; init; }
    public string StackName { get; init; } = "";
    public string PostdeployHook { get; init; } = "";

    /// <summary>Set when the pusher went away or an operator cancelled; the loop ends it as aborted.</summary>
    public bool AbortRequested { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>Where the code of a deployment comes from.</summary>
/// <param name="Value">
/// For <see cref="SourceKind.Blob"/> the digest of a stored archive, for <see cref="SourceKind.Url"/> an
/// address to fetch, for <see cref="SourceKind.Image"/> the id of an existing image (rollback).
/// </param>
public sealed record DeploymentSource(SourceKind Kind, string Value);

/// <summary>Kind of a <see cref="DeploymentSource"/>. Persisted: append only.</summary>
public enum SourceKind
{
    /// <summary>tar or tar.gz whose root is the source itself (git push).</summary>
    Git = 0,
    /// <summary>tar.gz with one root folder, already uploaded as a blob.</summary>
    Blob = 1,
    /// <summary>tar.gz with one root folder, fetched over HTTP.</summary>
    Url = 2,
    /// <summary>An image that was built before.</summary>
    Image = 3,
}

namespace Gantry.Contracts.V1;

/// <summary>One deployment. Duration in whole seconds, image size in bytes; pusher and links are never null.</summary>
public sealed record DeploymentResource
{
    public required string Id { get; init; }
    public required string AppId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Status { get; init; }
    public required string GitRef { get; init; }
    public string Image { get; init; } = "";
    public string Registry { get; init; } = "";
    public int Duration { get; init; }
    public string PostdeployHook { get; init; } = "";
    public long ImageSize { get; init; }
    public string StackBaseImage { get; init; } = "";
    public required UserReference Pusher { get; init; }
    public required DeploymentLinks Links { get; init; }

    /// <summary>Addition of this platform: when it reached a final status.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Addition of this platform: one sentence on why it failed.</summary>
    public string? FailureReason { get; init; }
}

public sealed record DeploymentLinks(string Output);

public sealed record DeploymentReply(DeploymentResource Deployment);

public sealed record DeploymentsReply(IReadOnlyList<DeploymentResource> Deployments, PageMeta Meta);

public sealed record CreateDeploymentRequest(CreateDeploymentBody? Deployment);

public sealed record CreateDeploymentBody(string? GitRef, string? SourceUrl);

public sealed record SourceResource(string UploadUrl, string DownloadUrl);

public sealed record SourceReply(SourceResource Source);

public sealed record PageMeta(Pagination Pagination);

public sealed record Pagination(int CurrentPage, int? PrevPage, int? NextPage, int TotalPages, int TotalCount, int PerPage);

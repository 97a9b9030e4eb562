using Gantry.Api.Accounts;
using Gantry.Api.Apps;
using Gantry.Contracts.V1;
using Gantry.Domain.Deployments;

namespace Gantry.Api.Deployments;

/// <summary>Deployments as clients see them.</summary>
internal sealed class DeploymentPresenter(Addresses addresses, UserDirectory users, TimeProvider time)
{
    public async Task<DeploymentResource> PresentAsync(Deployment d, CancellationToken token) => new()
    {
        Id = d.Id.Value,
        AppId = d.AppId.Value,
        CreatedAt = d.CreatedAt,
        Status = d.Status.ToWire(),
        GitRef = d.GitRef,
        Image = d.ImageId?.Value ?? "",
        Duration = Duration(d),
        PostdeployHook = d.PostdeployHook,
        ImageSize = d.ImageSize,
        StackBaseImage = d.StackName,
        Pusher = await users.FindAsync(d.PusherId, d.PusherName, token),
        Links = new DeploymentLinks(addresses.Output(d.AppId, d.Id)),
        FinishedAt = d.FinishedAt,
        FailureReason = d.FailureReason,
    };

    private int Duration(Deployment d) =>
        d.StartedAt is { } start ? (int)Math.Max(0, ((d.FinishedAt ?? time.GetUtcNow()) - start).TotalSeconds) : 0;
}

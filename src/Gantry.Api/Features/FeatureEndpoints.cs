using System.Globalization;
using Gantry.Api.Containers;
using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Gantry.Domain.Containers;
using Gantry.Domain.Images;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Features;

internal static class FeatureEndpoints
{
    public static void MapFeatures(this RouteGroupBuilder v1)
    {
        var group = v1.MapGroup("/features").For(Access.Anyone).WithTags("Features");
        group.MapGet("/container_sizes", () => Reply.Ok(new ContainerSizesReply([.. ContainerSize.All.Select(ContainerPresenter.ToWire)])))
            .Produces<ContainerSizesReply>().WithSummary("Container sizes; memory and swap in bytes");
        group.MapGet("/stacks", ListStacksAsync).Produces<StacksReply>().WithSummary("Base images");
    }

    private static async Task<IResult> ListStacksAsync(IDeploymentStore deployments, CancellationToken token) =>
        Reply.Ok(new StacksReply([.. (await deployments.ListStacksAsync(token)).Select(ToWire)]));

    private static StackResource ToWire(Stack s) => new(
        s.Id.Value, s.CreatedAt, s.Name, s.Description, s.BaseImage, s.IsDefault,
        s.DeprecatedAt?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}

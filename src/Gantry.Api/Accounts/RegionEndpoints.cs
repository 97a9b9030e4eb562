using Gantry.Api.Http;
using Gantry.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Accounts;

internal static class RegionEndpoints
{
    public static void MapRegions(this RouteGroupBuilder v1) =>
        v1.MapGet("/regions", (IOptions<ApiOptions> options) => Reply.Ok(new RegionsReply([ToWire(options.Value)])))
            .For(Access.Anyone).Produces<RegionsReply>().WithTags("Account").WithSummary("Where clients find this platform");

    private static RegionResource ToWire(ApiOptions options)
    {
        var url = options.PublicUrl.Base();
        return new RegionResource(
            options.RegionName, options.RegionDisplayName, options.SshEndpoint, url, options.DashboardUrl?.Base() ?? url, url, Default: true);
    }
}

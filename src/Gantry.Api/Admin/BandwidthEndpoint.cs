using Gantry.Api.Http;
using Gantry.Bus;
using Gantry.Contracts.Admin;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>An operator gives one app more or less bandwidth than its containers' size does; running containers keep running.</summary>
internal static class BandwidthEndpoint
{
    private const long Least = 64_000;
    private const long Most = 100_000_000_000;

    public static void MapBandwidth(this RouteGroupBuilder admin) => admin.MapPut("/apps/{app}/bandwidth", SetAsync)
        .Produces<AdminBandwidthReply>().WithSummary("Limit the bandwidth of the containers of an app, at once; null gives back that of their size");

    private static async Task<IResult> SetAsync(JsonBody<AdminBandwidthRequest> body, TargetApp target, IAppStore apps, IBus bus, CancellationToken token)
    {
        var wanted = body.Require(b => b.Bandwidth, "bandwidth");
        if (wanted.BitsPerSecond is < Least or > Most)
            return Reply.Invalid("bits_per_second", $"must be null, or from {Least} to {Most}");
        await apps.UpdateAsync(target.App.Id, a => a with { BitsPerSecond = wanted.BitsPerSecond }, token);
        bus.Publish(new AppChanged(target.App.Id));
        return Reply.Ok(new AdminBandwidthReply(wanted));
    }
}

using Microsoft.AspNetCore.Builder;

namespace Gantry.Api.Http;

internal static class Mapping
{
    /// <summary>Says who may call an endpoint when it is not the owner.</summary>
    public static TBuilder For<TBuilder>(this TBuilder builder, Access access)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new ApiEndpoint(access));

    /// <summary>The address without a slash at its end, so that paths can be appended.</summary>
    public static string Base(this Uri url) => url.ToString().TrimEnd('/');
}

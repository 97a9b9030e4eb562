using Gantry.Api.Http;
using Gantry.Domain.Accounts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Gantry.Api.Auth;

/// <summary>
/// Decides for every endpoint of this API who may call it, before the body is read. An address with <c>{app}</c> is
/// resolved here and nowhere else, so no endpoint can forget whose app it is: another tenant's does not exist.
/// </summary>
internal sealed class AccessMiddleware(
    RequestDelegate next, Authenticator authenticator, IAppStore apps, RequestBudget budget, IOptions<ApiOptions> options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ApiEndpoint>() is not { } endpoint)
        {
            await next(context);
            return;
        }

        LimitBody(context);
        if (endpoint.Access != Access.Anyone && await RefuseAsync(context, endpoint.Access) is { } refusal)
            await refusal.ExecuteAsync(context);
        else
            await next(context);
    }

    private void LimitBody(HttpContext context)
    {
        var own = context.GetEndpoint()!.Metadata.GetMetadata<BodyLimit>();
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = own is null ? options.Value.MaxBodyBytes : own.Bytes;
    }

    private async Task<IResult?> RefuseAsync(HttpContext context, Access access)
    {
        var user = await authenticator.AuthenticateAsync(context.Request.Headers.Authorization, context.RequestAborted);
        if (user is null)
            return Unauthorized(context);
        if (!budget.TryTake(user.Id))
            return TooMany(context);
        if (access == Access.Operator && !user.IsOperator)
            return Reply.Error(StatusCodes.Status403Forbidden, "Only operators may use the admin API.", "operator_required");
        context.Features.Set(new Caller(user));
        return context.GetRouteValue("app") is string app ? await FindAppAsync(context, user, access, app) : null;
    }

    private async Task<IResult?> FindAppAsync(HttpContext context, User user, Access access, string idOrName)
    {
        var app = await apps.FindAsync(idOrName, context.RequestAborted);
        if (app is null || (access != Access.Operator && app.OwnerId != user.Id))
            return Reply.NotFound("app", $"There is no app \"{idOrName}\", or it is not yours.");
        context.Features.Set(new TargetApp(app));
        return null;
    }

    private static IResult Unauthorized(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        var sent = context.Request.Headers.Authorization.Count > 0;
        return Reply.Error(StatusCodes.Status401Unauthorized, sent
            ? "The token is not valid or has expired: log in again."
            : "This needs a token: send it as \"Authorization: Bearer …\".");
    }

    private static IResult TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "60";
        return Reply.Error(StatusCodes.Status429TooManyRequests, "Too many requests: try again in a minute.", "rate_limited");
    }
}

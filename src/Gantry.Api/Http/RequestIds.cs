using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gantry.Api.Http;

/// <summary>Gives each request an id that the client sees (<c>X-Request-Id</c>) and every log line of it carries.</summary>
internal sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    public const string Header = "X-Request-Id";

    public async Task InvokeAsync(HttpContext context)
    {
        var given = context.Request.Headers[Header].ToString();
        var id = IsUsable(given) ? given : Guid.NewGuid().ToString();
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        using (logger.BeginScope("request {RequestId}", id))
            await next(context);
    }

    private static bool IsUsable(string id) =>
        id.Length is >= 20 and <= 128 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '=' or '/' or '-');
}

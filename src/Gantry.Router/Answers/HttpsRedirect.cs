using Gantry.Router.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Router.Answers;

/// <summary>Sends a plain request to the same address over TLS.</summary>
internal static class HttpsRedirect
{
    public static void Write(HttpContext http, int port)
    {
        var host = HostName.Of(http.Request.Headers.Host.ToString());
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = raw.StartsWith('/') ? raw : http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
        http.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        http.Response.Headers.Location = port == 443 ? $"https://{host}{path}" : $"https://{host}:{port}{path}";
        http.Response.ContentLength = 0;
    }
}

using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gantry.Router.Answers;

/// <summary>Writes an answer of the edge itself, as a page for browsers and as plain text for programs.</summary>
internal static class ErrorAnswer
{
    public static async Task WriteAsync(HttpContext http, EdgeError error, string requestId, bool close)
    {
        var response = http.Response;
        response.Clear();
        response.StatusCode = error.Status;
        response.Headers["X-Scalingo-Error"] = error.Code;
        response.Headers["X-Request-ID"] = requestId;
        response.Headers.CacheControl = "no-store";
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = "5";
        if (close)
            response.Headers.Connection = "close";
        var html = http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        response.ContentType = html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
        var body = Encoding.UTF8.GetBytes(html ? Page(error, requestId) : Text(error, requestId));
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static string Text(EdgeError error, string requestId) =>
        $"{error.Status} {error.Title}\n{error.Message}\nRequest: {requestId}\n";

    private static string Page(EdgeError error, string requestId) => $$$"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>{{{error.Status}}} {{{error.Title}}}</title><style>
        body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fafafa}
        h1{font-size:1.5rem}small{color:#666}@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}small{color:#999}}
        </style></head><body><h1>{{{error.Title}}}</h1><p>{{{WebUtility.HtmlEncode(error.Message)}}}</p>
        <p><small>{{{error.Status}}} {{{error.Code}}} · request {{{requestId}}}</small></p></body></html>

        """;
}

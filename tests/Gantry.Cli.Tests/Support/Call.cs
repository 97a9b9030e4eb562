using Microsoft.AspNetCore.Http;

namespace Gantry.Cli.Tests.Support;

internal sealed record Answer(int Status, string Body, string? Location = null);

/// <summary>A request as the server saw it.</summary>
internal sealed record Call(string Method, string Path, string Query, string Authorization, string ContentType, long? Length, byte[] Bytes)
{
    public string Body => System.Text.Encoding.UTF8.GetString(Bytes);

    public static async Task<Call> ReadAsync(HttpRequest request)
    {
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return new Call(request.Method, request.Path.Value!, Uri.UnescapeDataString(request.QueryString.Value ?? ""),
            request.Headers.Authorization.ToString(), request.ContentType ?? "", request.ContentLength, body.ToArray());
    }
}

using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gantry.Router.Forwarding;

/// <summary>The address a container is asked for.</summary>
internal static class RequestTarget
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>What may stand in a request line; a fragment may not.</summary>
    private static readonly SearchValues<char> Safe =
        SearchValues.Create("!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>
    /// Path and query byte for byte as the client sent them: signatures and escapes stay valid. Null when the forwarder
    /// shall make the address from the parsed path (absolute form, <c>*</c>, strange bytes).
    /// </summary>
    public static Uri? Of(string prefix, HttpContext http)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        return raw.StartsWith('/') && !raw.AsSpan().ContainsAnyExcept(Safe) ? new Uri(prefix + raw, Verbatim) : null;
    }
}

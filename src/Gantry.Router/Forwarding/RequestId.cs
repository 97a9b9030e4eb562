using System.Buffers;
using Microsoft.Extensions.Primitives;

namespace Gantry.Router.Forwarding;

/// <summary>The X-Request-ID that a request keeps from client to container.</summary>
internal static class RequestId
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=/-");

    /// <summary>The client's when it has 20 to 128 letters, digits and <c>+=/-</c>; else a new one.</summary>
    public static string Of(StringValues sent)
    {
        var text = sent.Count == 1 ? sent[0] : null;
        return text is { Length: >= 20 and <= 128 } && !text.AsSpan().ContainsAnyExcept(Allowed)
            ? text
            : Guid.NewGuid().ToString();
    }
}

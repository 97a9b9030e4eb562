using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gantry.Api.Auth;

/// <summary>
/// Short-lived signed tokens (JWT, HS256): the session of a user, and the right that an address carries in itself.
/// </summary>
internal sealed class SessionTokens(SigningKey key, TimeProvider time)
{
    public const string Session = "session";
    public const string Logs = "logs";
    public const string SourceUpload = "source-upload";
    public const string SourceDownload = "source-download";

    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    /// <param name="audience">What the token is good for; one for another purpose is refused.</param>
    /// <param name="subject">Whom or what it speaks for.</param>
    public string Issue(string audience, string subject, TimeSpan lifetime)
    {
        var now = time.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = "gantry",
            ["aud"] = audience,
            ["sub"] = subject,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.Add(lifetime).ToUnixTimeSeconds(),
            ["jti"] = NewId.Next(),
        };
        var content = $"{Header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        return $"{content}.{Base64Url.EncodeToString(Sign(content))}";
    }

    /// <summary>The subject, or null when the token is forged, expired or for another purpose.</summary>
    public string? Verify(string audience, string? text)
    {
        var parts = (text ?? "").Split('.');
        // The header is compared whole, so no other algorithm can be talked into.
        if (parts.Length != 3 || parts[0] != Header || !IsSigned($"{parts[0]}.{parts[1]}", parts[2]))
            return null;
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var root = claims.RootElement;
        return root.GetProperty("aud").GetString() == audience
            && root.GetProperty("exp").GetInt64() > time.GetUtcNow().ToUnixTimeSeconds()
            ? root.GetProperty("sub").GetString()
            : null;
    }

    private bool IsSigned(string content, string signature) =>
        Base64Url.IsValid(signature)
        && CryptographicOperations.FixedTimeEquals(Sign(content), Base64Url.DecodeFromChars(signature));

    private byte[] Sign(string content) => HMACSHA256.HashData(key.Bytes, Encoding.UTF8.GetBytes(content));
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Gantry.Domain;

namespace Gantry.Api.Accounts;

/// <summary>A public key line as <c>ssh-keygen</c> writes it: type, base64, comment.</summary>
internal sealed record PublicKey(string Line, string Fingerprint)
{
    private static readonly string[] Types =
    [
        "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
    ];

    public static Outcome<PublicKey> Parse(string? content)
    {
        var text = (content ?? "").Trim();
        if (text.Length == 0)
            return Refusal.Invalid("content", "can't be blank");
        if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
            return Refusal.Invalid("content", "is a private key: keep it to yourself and send the public one (the file that ends in .pub)");
        if (text.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0)
            return Refusal.Invalid("content", "must be one line with one key");
        var parts = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || !Types.Contains(parts[0]))
            return Refusal.Invalid("content", $"is not an OpenSSH public key: it must start with one of {string.Join(", ", Types)}");
        return Decode(parts[0], parts[1]) is { } blob
            ? new PublicKey(string.Join(' ', parts), "SHA256:" + Convert.ToBase64String(SHA256.HashData(blob)).TrimEnd('='))
            : Refusal.Invalid("content", "is damaged: copy the whole line of the .pub file");
    }

    /// <summary>The key's bytes, which name their type again, or null when they do not.</summary>
    private static byte[]? Decode(string type, string base64)
    {
        var buffer = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, buffer, out var length) || length < 4 + type.Length)
            return null;
        var blob = buffer[..length];
        var nameLength = BinaryPrimitives.ReadUInt32BigEndian(blob);
        return nameLength == type.Length && Encoding.ASCII.GetString(blob, 4, type.Length) == type && length > 4 + type.Length + 4
            ? blob
            : null;
    }
}

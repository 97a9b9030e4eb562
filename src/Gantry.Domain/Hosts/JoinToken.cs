using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Domain.Hosts;

/// <summary>A one-time permission for a machine to join the cluster as a host, as the records know it: of its secret only a hash.</summary>
/// <param name="SecretHash">SHA-256 of the secret in lower-case hexadecimal digits.</param>
public sealed record JoinToken(string Id, string SecretHash, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The host that joined with it, when it did, and the digest of that host's public key; null while nobody did.</summary>
    public HostId? UsedBy { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public string? UsedKey { get; init; }

    /// <summary>Said of a token that was never issued, and of one with another secret: who guesses learns nothing from it.</summary>
    public static Refusal Unknown { get; } = Refusal.NotFound(
        "token", "This join token was not issued here. Copy it whole, or make a new one where the cluster is run from: gantry hosts token");

    /// <summary>
    /// Null when it lets this machine in. The holder of the key that was admitted with it may ask again: the first answer may not
    /// have reached it.
    /// </summary>
    public Refusal? Check(JoinAttempt attempt) =>
        !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(SecretHash), Encoding.ASCII.GetBytes(attempt.SecretHash)) ? Unknown
        : attempt.Now >= ExpiresAt ? Refused(string.Create(CultureInfo.InvariantCulture, $"This join token was good until {ExpiresAt:yyyy-MM-dd HH:mm:ss} UTC."))
        : UsedBy is { } host && UsedKey != attempt.KeyDigest ? Refused($"This join token was used by the host {host}: each lets one machine in.")
        : null;

    private static Refusal Refused(string why) =>
        Refusal.Invalid("token", $"{why} Make a new one where the cluster is run from: gantry hosts token");
}

/// <summary>A machine that shows a token.</summary>
/// <param name="KeyDigest">SHA-256 of its public key (SubjectPublicKeyInfo) in lower-case hexadecimal digits.</param>
public sealed record JoinAttempt(string TokenId, string SecretHash, string KeyDigest, DateTimeOffset Now);

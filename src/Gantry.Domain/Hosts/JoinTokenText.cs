namespace Gantry.Domain.Hosts;

/// <summary>
/// A join token as it is handed over: <c>gjt1-AUTHORITY-ID-SECRET</c>, all in lower-case hexadecimal digits. The first part tells
/// the machine which cluster it may trust with the last one.
/// </summary>
/// <param name="Authority">SHA-256 of the certificate of the cluster's authority, 64 digits.</param>
/// <param name="Id">8 digits.</param>
/// <param name="Secret">40 digits.</param>
public sealed record JoinTokenText(string Authority, string Id, string Secret)
{
    public const int AuthorityLength = 64;
    public const int IdLength = 8;
    public const int SecretLength = 40;

    private const string Prefix = "gjt1";

    public static Outcome<JoinTokenText> Parse(string? text) =>
        text?.Trim().Split('-') is [Prefix, var authority, var id, var secret]
        && IsHex(authority, AuthorityLength) && IsHex(id, IdLength) && IsHex(secret, SecretLength)
            ? new JoinTokenText(authority, id, secret)
            : Refusal.Invalid("token", $"This is no join token: one begins with {Prefix}- and has four parts. Copy the whole command that gantry hosts token prints.");

    /// <summary>Holds the secret: for whoever asked for the token, never for a log.</summary>
    public string Reveal() => $"{Prefix}-{Authority}-{Id}-{Secret}";

    public override string ToString() => $"{Prefix}-…-{Id}-…";

    private static bool IsHex(string text, int length) => text.Length == length && text.All(c => c is >= '0' and <= '9' or >= 'a' and <= 'f');
}

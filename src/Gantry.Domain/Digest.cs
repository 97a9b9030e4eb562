namespace Gantry.Domain;

/// <summary>Content address of a blob: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public readonly record struct Digest
{
    private const string Prefix = "sha256:";

    public Digest(string value)
    {
        if (!IsValid(value))
            throw new FormatException($"'{value}' is not a digest: expected sha256: and 64 hexadecimal digits.");
        Value = value;
    }

    public string Value { get; }

    /// <summary>The digits without the algorithm, fit for a file name.</summary>
    public string Hex => Value[Prefix.Length..];

    public static Digest FromSha256(ReadOnlySpan<byte> hash) => new(Prefix + Convert.ToHexStringLower(hash));

    public static bool IsValid(string? value) =>
        value is { Length: 71 } && value.StartsWith(Prefix, StringComparison.Ordinal)
        && value.AsSpan(Prefix.Length).IndexOfAnyExcept("0123456789abcdef") < 0;

    public override string ToString() => Value;
}

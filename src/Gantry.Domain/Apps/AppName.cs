namespace Gantry.Domain.Apps;

/// <summary>
/// A valid app name: 6 to 48 characters of <c>[a-z0-9-]</c>, without a leading, trailing or double hyphen.
/// </summary>
public readonly record struct AppName
{
    public const int MinLength = 6;
    public const int MaxLength = 48;

    private AppName(string value) => Value = value;

    public string Value { get; }

    public static Outcome<AppName> Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Refusal.Invalid("name", "can't be blank");
        if (text.Length < MinLength)
            return Refusal.Invalid("name", $"is too short (minimum is {MinLength} characters)");
        if (text.Length > MaxLength)
            return Refusal.Invalid("name", $"is too long (maximum is {MaxLength} characters)");
        if (text.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-") >= 0)
            return Refusal.Invalid("name", "may only contain lower-case letters, digits and hyphens");
        if (text[0] == '-' || text[^1] == '-')
            return Refusal.Invalid("name", "may not start or end with a hyphen");
        if (text.Contains("--", StringComparison.Ordinal))
            return Refusal.Invalid("name", "may not contain two hyphens in a row");
        return new AppName(text);
    }

    /// <summary>For names that were checked before they were stored.</summary>
    public static AppName FromStored(string value) => new(value);

    public override string ToString() => Value;
}

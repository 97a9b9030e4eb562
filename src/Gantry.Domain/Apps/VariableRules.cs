namespace Gantry.Domain.Apps;

/// <summary>Rules for environment variables, and the resolution of <c>$OTHER</c> aliases.</summary>
public static class VariableRules
{
    public const int MaxNameLength = 64;
    public const int MaxValueLength = 32768;

    /// <summary>The rule that <paramref name="name"/> or <paramref name="value"/> breaks, or null.</summary>
    public static Refusal? Check(string? name, string? value)
    {
        if (string.IsNullOrEmpty(name))
            return Refusal.Invalid("name", "can't be blank");
        if (name.Length > MaxNameLength)
            return Refusal.Invalid("name", $"is too long (maximum is {MaxNameLength} characters)");
        if (name[0] == '_')
            return Refusal.Invalid("name", "may not start with an underscore");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            return Refusal.Invalid("name", "may only contain letters, digits and underscores");
        if (value is null)
            return Refusal.Invalid("value", "can't be blank");
        if (value.Length > MaxValueLength)
            return Refusal.Invalid("value", $"is too long (maximum is {MaxValueLength} characters)");
        return value.Contains('\0', StringComparison.Ordinal)
            ? Refusal.Invalid("value", "may not contain a NUL character")
            : null;
    }

    /// <summary>
    /// The variables as a container sees them: a value that is exactly <c>$OTHER</c> takes the value of
    /// <c>OTHER</c>. An alias that leads nowhere or round in a circle is left as it is written.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Resolve(IEnumerable<Variable> variables)
    {
        var raw = variables.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        return raw.ToDictionary(v => v.Key, v => Follow(raw, v.Value), StringComparer.Ordinal);
    }

    private static string Follow(Dictionary<string, string> raw, string value)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var current = value;
        while (current.Length > 1 && current[0] == '$' && raw.TryGetValue(current[1..], out var next))
        {
            if (!seen.Add(current))
                return value;
            current = next;
        }

        return current;
    }
}

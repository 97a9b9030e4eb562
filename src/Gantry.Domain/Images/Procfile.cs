namespace Gantry.Domain.Images;

/// <summary>Reads a Procfile: lines <c>type: command</c>, type <c>[A-Za-z0-9]+</c> of at most 24 characters.</summary>
public static class Procfile
{
    public const int MaxTypeLength = 24;

    /// <summary>Process types in file order, or the line that is broken and the rule it breaks.</summary>
    /// <remarks>Blank lines and <c>#</c> comments are skipped; Heroku's <c>release</c> type is ignored.</remarks>
    public static Outcome<IReadOnlyDictionary<string, string>> Parse(string text)
    {
        var types = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (ParseLine(line, i + 1) is var parsed && parsed.Refusal is { } refusal)
                return refusal;
            var (type, command) = parsed.Value;
            if (type != "release" && !types.TryAdd(type, command))
                return Refusal.Invalid("Procfile", $"line {i + 1}: the process type '{type}' is declared twice; keep one of the lines.");
        }

        return types;
    }

    private static Outcome<(string Type, string Command)> ParseLine(string line, int number)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return Refusal.Invalid("Procfile", $"line {number}: '{line}' is not of the form 'type: command'.");
        var type = line[..colon].TrimEnd();
        var command = line[(colon + 1)..].Trim();
        if (type.Length is 0 or > MaxTypeLength || !type.All(char.IsAsciiLetterOrDigit))
            return Refusal.Invalid("Procfile", $"line {number}: the process type '{type}' must be 1 to {MaxTypeLength} letters or digits.");
        if (command.Length == 0)
            return Refusal.Invalid("Procfile", $"line {number}: the process type '{type}' has no command.");
        return (type, command);
    }
}

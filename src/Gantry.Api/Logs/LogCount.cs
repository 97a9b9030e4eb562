using System.Globalization;

namespace Gantry.Api.Logs;

/// <summary>How many lines a client asks for.</summary>
internal static class LogCount
{
    public const int Max = 50_000;
    private const int Default = 20;

    /// <summary>Null when it is no number; more than the maximum is the maximum.</summary>
    public static int? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Default;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Min(count, Max) : null;
    }
}

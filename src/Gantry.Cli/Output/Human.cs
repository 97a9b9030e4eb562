using System.Globalization;

namespace Gantry.Cli.Output;

/// <summary>Numbers and times for people.</summary>
internal static class Human
{
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var (value, unit) = ((double)bytes, 0);
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        return value.ToString(unit == 0 || value >= 100 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Ago(DateTimeOffset? time, TimeProvider clock)
    {
        if (time is not { } at)
            return "never";
        var age = clock.GetUtcNow() - at;
        return age.TotalSeconds < 60 ? "just now" : Duration(age) + " ago";
    }

    /// <summary>The largest unit only: <c>3 min</c>, <c>2 h</c>, <c>5 d</c>.</summary>
    public static string Duration(TimeSpan span) =>
        span.TotalSeconds < 60 ? $"{span.TotalSeconds:0} s"
        : span.TotalMinutes < 60 ? $"{(int)span.TotalMinutes} min"
        : span.TotalHours < 48 ? $"{(int)span.TotalHours} h"
        : $"{(int)span.TotalDays} d";

    public static string YesNo(bool value) => value ? "yes" : "no";
}

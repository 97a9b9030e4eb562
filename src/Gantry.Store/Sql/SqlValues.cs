using System.Text.Json;

namespace Gantry.Store.Sql;

/// <summary>How domain values look in columns.</summary>
internal static class SqlValues
{
    /// <summary>100 ns units since 1970 UTC: exact, sortable, and the same in every engine.</summary>
    public static long ToSql(this DateTimeOffset time) => time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;

    public static long? ToSql(this DateTimeOffset? time) => time?.ToSql();

    public static DateTimeOffset ToTime(this long ticks) => new(ticks + DateTimeOffset.UnixEpoch.Ticks, TimeSpan.Zero);

    public static DateTimeOffset? ToTime(this long? ticks) => ticks?.ToTime();

    public static string ToJson<T>(T value) => JsonSerializer.Serialize(value);

    public static IReadOnlyDictionary<string, string> ToMap(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(json) ?? [];

    public static IReadOnlyDictionary<string, long> ToAmounts(string json) =>
        JsonSerializer.Deserialize<Dictionary<string, long>>(json) ?? [];

    public static IReadOnlyList<string> ToList(string json) => JsonSerializer.Deserialize<List<string>>(json) ?? [];

    public static int Offset(int page, int perPage) => (Math.Max(page, 1) - 1) * perPage;
}

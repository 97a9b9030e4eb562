using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Gantry.Tests;

/// <summary>Waits on conditions, never on time.</summary>
internal static class Until
{
    /// <summary>GANTRY_PATIENCE says how many times longer a slow (emulated) machine may take.</summary>
    public static double Patience { get; } = double.Parse(Environment.GetEnvironmentVariable("GANTRY_PATIENCE") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>The longest that anything here is waited for.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60 * Patience);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"Not within {Limit.TotalSeconds:0} s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}

using System.Diagnostics;
using System.Globalization;

namespace Gantry.Agent.Tests.Support;

internal static class Shell
{
    public static async Task<string> RunAsync(string script)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script}\n{output}\n{await error}");
    }
}

internal static class Eventually
{
    // How many times longer a slow (emulated) machine may take.
    private static readonly double _patience = double.Parse(Environment.GetEnvironmentVariable("GANTRY_PATIENCE") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>The longest that anything here is waited for.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(20 * _patience);

    /// <summary>Waits for a condition.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, what);
            await Task.Delay(50);
        }
    }
}

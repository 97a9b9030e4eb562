using System.Diagnostics;

namespace Gantry.Logs.Tests.Support;

/// <summary>Real programs that write.</summary>
internal static class Shell
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static Process Start(string script) =>
        Process.Start(new ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public static string Run(string script)
    {
        using var process = Start(script);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"Still running: {script}");
        }
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script}: {errors.GetAwaiter().GetResult()}");
    }
}

using System.Diagnostics;

namespace Gantry.Api.Git;

/// <summary>Runs a program of the system to its end.</summary>
internal static class Tool
{
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken token)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(token);
        var errors = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, await output, await errors);
    }

    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task MustAsync(string program, string[] arguments, CancellationToken token)
    {
        var (exitCode, _, errors) = await RunAsync(program, arguments, token);
        if (exitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {exitCode}: {errors.Trim()}");
    }
}

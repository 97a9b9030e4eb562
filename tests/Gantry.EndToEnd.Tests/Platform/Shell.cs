using System.Diagnostics;
using System.Text;

namespace Gantry.EndToEnd.Tests.Platform;

/// <summary>What a program printed and how it ended.</summary>
public sealed record ShellResult(int ExitCode, string Output, string Error)
{
    public string All => Output + Error;

    public ShellResult ExpectSuccess() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"exit code {ExitCode}\n{All}");
}

/// <summary>Runs programs as a user would.</summary>
public static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Task<ShellResult> BashAsync(string script, IReadOnlyDictionary<string, string>? environment = null, string? directory = null) =>
        RunAsync("bash", ["-c", script], environment, directory);

    public static async Task<ShellResult> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? directory = null, string? input = null)
    {
        using var process = Start(program, arguments, environment, directory);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {Limit}. Output so far:\n{await output}\n{await error}");
        }

        return new ShellResult(process.ExitCode, await output, await error);
    }

    public static Process Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? directory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }
}

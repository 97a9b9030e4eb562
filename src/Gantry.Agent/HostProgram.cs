using System.Diagnostics;
using Gantry.Agent.Runtime;

namespace Gantry.Agent;

/// <summary>Runs a program of the host to its end.</summary>
internal static class HostProgram
{
    /// <param name="input">What it reads from its standard input.</param>
    /// <exception cref="RuntimeException">It failed; what it complained of is in the message.</exception>
    public static Task RunAsync(IReadOnlyList<string> command, string input, CancellationToken token) => RunAsync(command, input, readsOutput: false, token);

    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="RuntimeException">Likewise.</exception>
    public static Task<string> ReadAsync(IReadOnlyList<string> command, CancellationToken token) => RunAsync(command, "", readsOutput: true, token);

    private static async Task<string> RunAsync(IReadOnlyList<string> command, string input, bool readsOutput, CancellationToken token)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = readsOutput,
        })!;
        var output = readsOutput ? process.StandardOutput.ReadToEndAsync(token) : Task.FromResult("");
        await process.StandardInput.WriteAsync(input.AsMemory(), token);
        process.StandardInput.Close();
        var complaint = await process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return process.ExitCode == 0 ? await output
            : throw new RuntimeException($"'{string.Join(' ', command)}' failed with exit code {process.ExitCode}: {complaint.Trim()}", true);
    }
}

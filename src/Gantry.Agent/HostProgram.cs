using System.Diagnostics;
using Gantry.Agent.Runtime;

namespace Gantry.Agent;

/// <summary>Runs a program of the host to its end.</summary>
internal static class HostProgram
{
    /// <param name="input">What it reads from its standard input.</param>
    /// <exception cref="RuntimeException">It failed; what it complained of is in the message.</exception>
    public static async Task RunAsync(IReadOnlyList<string> command, string input, CancellationToken token)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input.AsMemory(), token);
        process.StandardInput.Close();
        var complaint = await process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        if (process.ExitCode != 0)
            throw new RuntimeException($"'{string.Join(' ', command)}' failed with exit code {process.ExitCode}: {complaint.Trim()}", true);
    }
}

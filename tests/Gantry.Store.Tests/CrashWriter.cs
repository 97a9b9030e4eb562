using System.Diagnostics;

namespace Gantry.Store.Tests;

/// <summary>The program that writes until it is killed, as a child of the test.</summary>
internal sealed class CrashWriter : IDisposable
{
    private readonly Process _process;

    public CrashWriter(string what, string folder) => _process = Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "Gantry.Store.CrashWriter.dll"), what, folder])
    { RedirectStandardOutput = true })!;

    public async Task<IReadOnlyList<string>> ReadAsync(int lines, CancellationToken token)
    {
        var read = new List<string>();
        while (read.Count < lines && await _process.StandardOutput.ReadLineAsync(token) is { } line)
            read.Add(line);
        return read;
    }

    /// <summary>SIGKILL, and then the acknowledgements that were on their way.</summary>
    public async Task<IReadOnlyList<string>> KillAsync(CancellationToken token)
    {
        _process.Kill();
        // A last line without its end was not acknowledged to anybody.
        var rest = await _process.StandardOutput.ReadToEndAsync(token);
        await _process.WaitForExitAsync(token);
        return rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}

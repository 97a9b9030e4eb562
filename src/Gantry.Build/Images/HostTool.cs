using System.Diagnostics;

namespace Gantry.Build.Images;

/// <summary>Runs a program of the host; it ends with the call that started it, whatever happens.</summary>
internal sealed class HostTool : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private HostTool(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <exception cref="BuildException">The program is not installed.</exception>
    public static HostTool Start(string program, string directory, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        };
        try
        {
            return new HostTool(Process.Start(info)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new BuildException($"The program '{program}' cannot be started: {e.Message}. Install it on this host ('apt-get install {program}').", false, e);
        }
    }

    /// <summary>Runs it to its end and returns its output.</summary>
    public static async Task<string> RunAsync(string program, string directory, IEnumerable<string> arguments, CancellationToken token)
    {
        await using var tool = Start(program, directory, arguments);
        tool.Input.Close();
        using var reader = new StreamReader(tool.Output);
        var output = await reader.ReadToEndAsync(token);
        await tool.FinishAsync(token);
        return output;
    }

    /// <exception cref="BuildException">The program failed; its last words are in the message.</exception>
    public async Task FinishAsync(CancellationToken token)
    {
        await _process.WaitForExitAsync(token);
        if (_process.ExitCode == 0)
            return;
        var errors = (await _errors).Trim();
        throw new BuildException($"'{_process.StartInfo.FileName}' failed with exit code {_process.ExitCode}: {errors[Math.Max(0, errors.Length - 500)..]}", true);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

using System.Text;
using Gantry.Linux.Kernel;

namespace Gantry.Supervisor.Processes;

/// <summary>Runs host programs (crun, nft, mkfs) to their end, without blocking the loop.</summary>
internal sealed class Tool(Children children, string scratchDirectory)
{
    private int _number;

    /// <summary>Runs a program; throws with what it printed when it fails.</summary>
    public async Task RunAsync(IReadOnlyList<string> arguments, string? input = null)
    {
        var (status, output) = await TryRunAsync(arguments, input);
        if (status != 0)
            throw new IOException($"'{string.Join(' ', arguments)}' failed with status {status}: {output.Trim()}");
    }

    public async Task<(int Status, string Output)> TryRunAsync(IReadOnlyList<string> arguments, string? input = null)
    {
        var file = Path.Combine(scratchDirectory, $"tool-{_number++}");
        var output = Libc.OpenChecked(file, Libc.O_RDWR | Libc.O_CREAT, 0x180);
        var source = OpenInput(file, input);
        try
        {
            var pid = Spawn.Start(arguments, source, output, output);
            var status = await children.ExitedAsync(pid);
            return (PidFd.ExitCode(status ?? 0xff00), File.ReadAllText(file, Encoding.UTF8));
        }
        finally
        {
            _ = Libc.Close(source);
            _ = Libc.Close(output);
            File.Delete(file);
            File.Delete(file + ".in");
        }
    }

    private static int OpenInput(string file, string? input)
    {
        if (input is null)
            return Libc.OpenChecked("/dev/null", Libc.O_RDONLY);
        File.WriteAllText(file + ".in", input);
        return Libc.OpenChecked(file + ".in", Libc.O_RDONLY);
    }
}

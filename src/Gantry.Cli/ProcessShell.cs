using System.Text;
using Gantry.Cli.Terminal;

namespace Gantry.Cli;

/// <summary>
/// The shell of the real process. <see cref="Console"/> is kept out: its first use reads terminfo, changes the
/// terminal's settings and costs start-up time, and its input stream edits lines, which an attached session must not.
/// </summary>
internal static class ProcessShell
{
    public static Shell Open()
    {
        var output = new DescriptorStream(1, readable: false);
        var error = new DescriptorStream(2, readable: false);
        return new Shell
        {
            RawIn = new DescriptorStream(0, readable: true),
            RawOut = output,
            Out = new StreamWriter(output, new UTF8Encoding(false)) { AutoFlush = Libc.isatty(1) == 1, NewLine = "\n" },
            Error = new StreamWriter(error, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" },
            InIsTerminal = Libc.isatty(0) == 1,
            OutIsTerminal = Libc.isatty(1) == 1,
            ErrorIsTerminal = Libc.isatty(2) == 1,
            Width = WindowSize.Of(1)?.Columns ?? 80,
            Variable = Environment.GetEnvironmentVariable,
            WorkingDirectory = Environment.CurrentDirectory,
        };
    }
}

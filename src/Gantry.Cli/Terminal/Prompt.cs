using System.Text;

namespace Gantry.Cli.Terminal;

/// <summary>Questions to the person at the terminal, asked on stderr so that stdout stays data.</summary>
internal static class Prompt
{
    public static string Line(Shell shell, string question)
    {
        shell.Error.Write(question);
        return ReadLine(shell.RawIn) ?? throw NoAnswer();
    }

    /// <summary>Reads without showing what is typed.</summary>
    public static string Secret(Shell shell, string question)
    {
        if (!shell.InIsTerminal)
            return Line(shell, question);
        shell.Error.Write(question);
        using var raw = RawMode.Enter(0);
        var typed = ReadSecret(shell.RawIn);
        shell.Error.Write("\r\n");
        return typed;
    }

    /// <summary>One line of UTF-8 without its end; null at the end of the input.</summary>
    public static string? ReadLine(Stream input)
    {
        var bytes = new List<byte>();
        for (int value; (value = input.ReadByte()) != '\n'; bytes.Add((byte)value))
            if (value < 0)
                return bytes.Count == 0 ? null : Decode(bytes);
        return Decode(bytes);
    }

    private static string Decode(List<byte> bytes) => Encoding.UTF8.GetString([.. bytes]).TrimEnd('\r');

    private static string ReadSecret(Stream input)
    {
        var bytes = new List<byte>();
        while (true)
            switch (input.ReadByte())
            {
                case -1 or 3 or 4:
                    throw NoAnswer();
                case '\r' or '\n':
                    return Decode(bytes);
                case 8 or 127:
                    if (bytes.Count > 0)
                        bytes.RemoveAt(bytes.Count - 1);
                    break;
                case var key:
                    bytes.Add((byte)key);
                    break;
            }
    }

    private static CliError NoAnswer() => new(ExitCode.NotConfirmed, "No answer was given.");
}

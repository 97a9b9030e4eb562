using System.Text;

namespace Gantry.Cli.Tests.Support;

/// <summary>A text that one thread writes and another reads meanwhile.</summary>
internal sealed class LiveText : TextWriter
{
    private readonly StringBuilder _text = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override string NewLine => "\n";

    public override void Write(char value)
    {
        lock (_text)
            _text.Append(value);
    }

    public override void Write(string? value)
    {
        lock (_text)
            _text.Append(value);
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void WriteLine() => Write("\n");

    public override string ToString()
    {
        lock (_text)
            return _text.ToString();
    }
}

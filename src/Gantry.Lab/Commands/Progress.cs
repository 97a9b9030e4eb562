using System.Globalization;

namespace Gantry.Lab.Commands;

/// <summary>A bar on a terminal's error stream, a line for each whole part elsewhere.</summary>
internal sealed class Progress(TextWriter error, bool isTerminal)
{
    private const int Width = 30;

    private readonly Lock _lock = new();
    private int _shown = -1;

    public static Progress OnError() => new(Console.Error, !Console.IsErrorRedirected);

    public void Report(string what, double share)
    {
        lock (_lock)
        {
            var percent = (int)(100 * Math.Clamp(share, 0, 1));
            if (isTerminal && percent != _shown)
            {
                var full = percent * Width / 100;
                error.Write(string.Create(CultureInfo.InvariantCulture, $"\r[{new string('#', full)}{new string(' ', Width - full)}] {percent,3} % {what,-40}"));
                _shown = percent;
                if (percent == 100) error.Write($"\r{new string(' ', Width + 50)}\r");
            }
            else if (!isTerminal && share >= 1) error.WriteLine($"done: {what}");
        }
    }
}

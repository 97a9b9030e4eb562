using System.Globalization;

namespace Gantry.Cli.Output;

/// <summary>One line on stderr that redraws itself: how much of a known amount is done. Silent where nobody watches.</summary>
internal sealed class ProgressBar(Shell shell, string title, long total) : IDisposable
{
    /// <summary>All but the bar itself, at its longest: a line that is broken at the margin cannot be redrawn.</summary>
    private const int Text = 56;

    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(80);

    private readonly int _cells = Math.Clamp(shell.Width - Text, 5, 30);
    private readonly bool _visible = shell.ErrorIsTerminal;
    private readonly long _start = shell.Time.GetTimestamp();
    private long _drawn;

    public void Report(long done)
    {
        if (!_visible || (done < total && _drawn != 0 && shell.Time.GetElapsedTime(_drawn) < Frame))
            return;
        _drawn = shell.Time.GetTimestamp();
        shell.Error.Write("\r" + Line(done) + "\e[K");
    }

    public void Dispose()
    {
        if (_visible && _drawn != 0)
            shell.Error.WriteLine();
    }

    private string Line(long done)
    {
        var share = total == 0 ? 1 : Math.Min(1, (double)done / total);
        var full = (int)(share * _cells);
        var seconds = shell.Time.GetElapsedTime(_start).TotalSeconds;
        var speed = seconds > 0.5 ? $"  {Human.Bytes((long)(done / seconds))}/s" : "";
        return $"{title} [{new string('#', full)}{new string('.', _cells - full)}] " +
            $"{(share * 100).ToString("0", CultureInfo.InvariantCulture),3} %  {Human.Bytes(done)} of {Human.Bytes(total)}{speed}";
    }
}

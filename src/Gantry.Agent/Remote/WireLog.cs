using Gantry.Agent.Logs;

namespace Gantry.Agent.Remote;

/// <summary>Lines of logs, to and from the wire.</summary>
internal static class WireLog
{
    public static Wire.LogLines ToWire(IEnumerable<LogLine> lines)
    {
        var wire = new Wire.LogLines();
        wire.Lines.AddRange(lines.Select(l => new Wire.LogLine
        {
            At = l.At.UtcTicks, Source = l.Source, Text = l.Text, Position = l.Position.Spool is null ? "" : l.Position.ToString(), Missed = l.Missed,
        }));
        return wire;
    }

    public static LogLine ToLine(Wire.LogLine w) => new(new DateTimeOffset(w.At, TimeSpan.Zero), w.Source, w.Text)
    {
        Position = w.Position.Length > 0 ? LogPosition.Parse(w.Position) : default,
        Missed = w.Missed,
    };
}

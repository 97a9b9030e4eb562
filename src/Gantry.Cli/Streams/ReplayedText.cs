using System.Text;

namespace Gantry.Cli.Streams;

/// <summary>
/// A text that arrives in pieces over connections that may break. A server that replays from the start after a reconnection
/// and one that goes on where it was are both understood: a piece that equals what was already seen at its place is old.
/// </summary>
internal sealed class ReplayedText
{
    private readonly StringBuilder _seen = new();
    private int _position;

    /// <summary>A new connection begins: what comes may be a replay.</summary>
    public void Restart() => _position = 0;

    /// <summary>The part of <paramref name="piece"/> that has not been seen.</summary>
    public string Accept(string piece)
    {
        var overlap = Math.Min(piece.Length, _seen.Length - _position);
        var old = overlap > 0 && _seen.ToString(_position, overlap) == piece[..overlap];
        var fresh = old ? piece[overlap..] : piece;
        _position += old ? overlap : 0;
        if (fresh.Length > 0)
            _position = _seen.Append(fresh).Length;
        return fresh;
    }

    /// <summary>What the complete text has beyond what was seen; nothing when it is another text.</summary>
    public string Complete(string whole)
    {
        if (whole.Length <= _seen.Length || !whole.StartsWith(_seen.ToString(), StringComparison.Ordinal))
            return "";
        var rest = whole[_seen.Length..];
        _seen.Append(rest);
        return rest;
    }
}

namespace Gantry.Linux.Pipes;

/// <summary>What one stream may write in a minute; what is above is discarded, counted and shown.</summary>
internal sealed record LogRate(long Lines, long Bytes)
{
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>What is left of a <see cref="LogRate"/> in the present window, which begins with the first byte.</summary>
internal sealed class LogBudget(LogRate rate)
{
    private long _lines, _bytes;

    public DateTimeOffset Ends { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// Bytes that may be taken at once, 0 until the window ends. Each line has a byte at least, so that many bytes pass
    /// neither bound: the last line kept is exactly the last one allowed.
    /// </summary>
    public long Allowance(DateTimeOffset now)
    {
        // A clock that was set back must not keep the window open.
        if (now >= Ends || Ends - now > rate.Window)
            (Ends, _lines, _bytes) = (now + rate.Window, rate.Lines, rate.Bytes);
        return Math.Min(_lines, _bytes);
    }

    /// <summary>How much of some whole lines may be taken: as many of them as pass neither bound.</summary>
    public int Affordable(ReadOnlySpan<byte> lines, DateTimeOffset now)
    {
        if (lines.Length <= Allowance(now)) return lines.Length;
        var taken = 0;
        for (var left = _lines; left > 0; left--)
        {
            var feed = lines[taken..].IndexOf((byte)'\n');
            if (feed < 0 || taken + feed + 1 > _bytes) break;
            taken += feed + 1;
        }
        return taken;
    }

    public void Spend(long lines, long bytes)
    {
        _lines -= lines;
        _bytes -= bytes;
    }
}

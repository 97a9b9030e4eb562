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

    public void Spend(long lines, long bytes)
    {
        _lines -= lines;
        _bytes -= bytes;
    }
}

namespace Gantry.Domain.Logs;

/// <summary>
/// When a drain that does not work is tried again: soon at first, and after ten refusals in a row not for 5 minutes, then
/// 10, 15, 20 and so on, up to an hour. A success forgets it all.
/// </summary>
/// <param name="Refused">Refusals in a row, since the last success or quarantine.</param>
/// <param name="Quarantines">Quarantines since the last success.</param>
public readonly record struct DrainQuarantine(int Refused, int Quarantines)
{
    private const int MostRefused = 10, MostQuarantines = 12;
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5), LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>True when the pause is a quarantine.</summary>
    public bool IsQuarantined => Refused == 0 && Quarantines > 0;

    /// <summary>How long to wait before the next try.</summary>
    public TimeSpan Pause => IsQuarantined ? Step * Math.Min(Quarantines, MostQuarantines)
        : Refused == 0 ? TimeSpan.Zero
        : TimeSpan.FromMilliseconds(Math.Min(100 << Math.Min(Refused, 10), LongestPause.TotalMilliseconds));

    public DrainQuarantine AfterRefusal() => Refused + 1 < MostRefused ? this with { Refused = Refused + 1 } : new(0, Quarantines + 1);
}

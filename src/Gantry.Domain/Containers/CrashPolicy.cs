namespace Gantry.Domain.Containers;

/// <summary>
/// What follows a crash. The counter starts at 0; the first crash restarts at once; surviving a warm-up of
/// ten minutes resets it; a crash in the warm-up with counter n waits (n − 2) × 5 minutes, and 13 gives up.
/// </summary>
public static class CrashPolicy
{
    public const int GiveUpAt = 13;

    public static readonly TimeSpan WarmUp = TimeSpan.FromMinutes(10);

    /// <summary>Decides on a container that ended by itself.</summary>
    /// <param name="crashes">Its counter when it was started.</param>
    /// <param name="uptime">How long it ran after its start.</param>
    public static CrashDecision Next(int crashes, TimeSpan uptime)
    {
        var count = uptime >= WarmUp ? 1 : crashes + 1;
        return count >= GiveUpAt
            ? new CrashDecision(count, null, MailDue(count))
            : new CrashDecision(count, TimeSpan.FromMinutes(Math.Max(0, count - 2) * 5), MailDue(count));
    }

    private static bool MailDue(int count) => count is 2 or 5 or 12;
}

/// <summary>Outcome of <see cref="CrashPolicy"/>.</summary>
/// <param name="Crashes">The counter from now on.</param>
/// <param name="Delay">Wait before the restart, or null to give up.</param>
/// <param name="Notify">True when the owner is told (2nd, 5th and 12th crash).</param>
public readonly record struct CrashDecision(int Crashes, TimeSpan? Delay, bool Notify);

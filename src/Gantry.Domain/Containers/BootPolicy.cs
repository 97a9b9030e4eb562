namespace Gantry.Domain.Containers;

/// <summary>
/// What follows a failed boot of a container of the current release: its slot is tried again 20 times, after 1 s,
/// 2 s, 4 s and so on up to 10 minutes, and then no more. A failed boot of a new release fails its deployment instead.
/// </summary>
public static class BootPolicy
{
    public const int Retries = 20;

    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    /// <param name="failures">Boots that failed in a row, at least one.</param>
    /// <returns>The wait before the next try, or null to give up.</returns>
    public static TimeSpan? Delay(int failures) =>
        failures > Retries ? null : TimeSpan.FromSeconds(Math.Min(LongestDelay.TotalSeconds, Math.Pow(2, failures - 1)));
}

namespace Gantry.Domain.Usage;

/// <summary>
/// Decides what an observation of a host means for its usage records. Pure. Moments are cut to whole seconds of the host's
/// uptime, so that nothing is billed twice, neighbours meet exactly, and the error of a cut has no direction.
/// </summary>
public static class UsageLedger
{
    /// <param name="open">Records of this host without an end, read before the runtime was asked.</param>
    /// <param name="last">The sighting before this one; null when there was none.</param>
    /// <param name="now">Taken before the runtime was asked: what it shows as running was alive then.</param>
    /// <param name="runs">All containers that the runtime knows and that have started.</param>
    /// <param name="subjects">Whom to bill those of them that have no open record; others are left out.</param>
    public static UsageChanges Settle(
        string host, IReadOnlyList<UsageRecord> open, HostSighting? last, HostSighting now, IReadOnlyCollection<ObservedRun> runs,
        IReadOnlyDictionary<ContainerId, UsageSubject> subjects)
    {
        var found = runs.ToDictionary(r => r.Id);
        var opened = runs.Where(r => subjects.ContainsKey(r.Id)).Select(r => Open(host, subjects[r.Id], r, last, now));
        var closed = open.Select(record => Close(record, found.GetValueOrDefault(record.ContainerId), last, now)).OfType<UsageRecord>();
        return new UsageChanges([.. opened], [.. closed]);
    }

    private static UsageRecord Open(string host, UsageSubject subject, ObservedRun run, HostSighting? last, HostSighting now)
    {
        var uptime = run.StartedUptime ?? Uptime(run.StartedAt, now, 0);
        var record = new UsageRecord(
            subject, host, now.Time with { Uptime = Whole(uptime) }, WholeSecond(run.StartedAt ?? now.At.AddSeconds(uptime - now.Time.Uptime)), null);
        return run.Ended ? Close(record, run, last, now)! : record;
    }

    /// <returns>Null while it runs.</returns>
    private static UsageRecord? Close(UsageRecord record, ObservedRun? run, HostSighting? last, HostSighting now)
    {
        var alive = last is not null && last.Time.BootId == record.Start.BootId ? last.Time.Uptime : record.Start.Uptime;
        // The runtime saw the end, perhaps in an earlier boot: both ends are by the same clock.
        if (run is { Ended: true, ExitedUptime: { } exited })
            return record.ClosedAt(Whole(exited));
        // Gone with its host, or nobody saw it end: it is billed up to when it was last seen.
        if (run is null || record.Start.BootId != now.Time.BootId || run is { Ended: true, StartedUptime: not null })
            return record.ClosedAt(alive);
        return run.Ended ? record.ClosedAt(Whole(Uptime(run.ExitedAt, now, alive))) : null;
    }

    /// <summary>For runtimes that only know the wall clock: how long ago it was, but never before <paramref name="earliest"/>.</summary>
    private static double Uptime(DateTimeOffset? at, HostSighting now, double earliest) =>
        Math.Clamp(now.Time.Uptime - (now.At - (at ?? now.At)).TotalSeconds, earliest, Math.Max(earliest, now.Time.Uptime));

    private static long Whole(double uptime) => (long)Math.Floor(uptime);

    private static DateTimeOffset WholeSecond(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}

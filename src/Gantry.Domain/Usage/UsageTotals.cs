namespace Gantry.Domain.Usage;

/// <summary>The part of a record that lies in a period.</summary>
/// <param name="Open">True when it still runs; the part then ends where its host was last seen.</param>
public sealed record UsagePeriod(UsageSubject Subject, DateTimeOffset From, DateTimeOffset To, bool Open)
{
    public long Seconds => (long)(To - From).TotalSeconds;
}

/// <summary>What one owner, or one app, used in a period of one kind and size.</summary>
/// <param name="AppId">Null in sums by owner.</param>
/// <param name="AppName">The name the app had last; empty in sums by owner.</param>
/// <param name="Containers">How many ran in the period, at least for a part of it.</param>
public sealed record UsageTotal(
    UserId OwnerId, AppId? AppId, string AppName, UsageKind Kind, string Size, long MemoryBytes, long Containers, long Seconds);

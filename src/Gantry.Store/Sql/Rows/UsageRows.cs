using Gantry.Domain;
using Gantry.Domain.Usage;

namespace Gantry.Store.Sql.Rows;

internal record UsageRow
{
    public string ContainerId { get; init; } = "";
    public string Kind { get; init; } = "";
    public string AppId { get; init; } = "";
    public string AppName { get; init; } = "";
    public string OwnerId { get; init; } = "";
    public string Type { get; init; } = "";
    public string Size { get; init; } = "";
    public long MemoryBytes { get; init; }
    public long AnnouncedAt { get; init; }
    public string? Host { get; init; }
    public string? BootId { get; init; }
    public long? StartUptime { get; init; }
    public long? StartedAt { get; init; }
    public long? StoppedAt { get; init; }

    public static UsageRow From(UsageSubject s, DateTimeOffset announcedAt) => new()
    {
        ContainerId = s.ContainerId.Value, Kind = s.Kind.ToString(), AppId = s.AppId.Value, AppName = s.AppName, OwnerId = s.OwnerId.Value,
        Type = s.Type, Size = s.Size, MemoryBytes = s.MemoryBytes, AnnouncedAt = announcedAt.ToSql(),
    };

    public static UsageRow From(UsageRecord r) => From(r.Subject, r.StartedAt) with
    {
        Host = r.Host, BootId = r.Start.BootId, StartUptime = r.Start.Uptime, StartedAt = r.StartedAt.ToSql(), StoppedAt = r.StoppedAt.ToSql(),
    };

    public UsageSubject ToSubject() => new(
        new ContainerId(ContainerId), Enum.Parse<UsageKind>(Kind), new AppId(AppId), AppName, new UserId(OwnerId), Type, Size, MemoryBytes);

    public UsageRecord ToRecord() => new(
        ToSubject(), Host!, new BootTime(BootId!, StartUptime!.Value), StartedAt!.Value.ToTime(), StoppedAt.ToTime());
}

internal sealed record SightingRow
{
    public string Host { get; init; } = "";
    public string BootId { get; init; } = "";
    public long Uptime { get; init; }
    public long SeenAt { get; init; }

    public static SightingRow From(string host, HostSighting s) => new() { Host = host, BootId = s.Time.BootId, Uptime = s.Time.Uptime, SeenAt = s.At.ToSql() };

    public HostSighting ToSighting() => new(new BootTime(BootId, Uptime), SeenAt.ToTime());
}

/// <summary>A record cut to a period.</summary>
internal sealed record UsagePeriodRow : UsageRow
{
    public long PartFrom { get; init; }
    public long PartTo { get; init; }

    public UsagePeriod ToPeriod() => new(ToSubject(), PartFrom.ToTime(), PartTo.ToTime(), StoppedAt is null);
}

internal sealed record UsageTotalRow
{
    public string OwnerId { get; init; } = "";
    public string? AppId { get; init; }
    public string AppName { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Size { get; init; } = "";
    public long MemoryBytes { get; init; }
    public long Containers { get; init; }
    public long Ticks { get; init; }

    public UsageTotal ToTotal() => new(
        new UserId(OwnerId), AppId is null ? null : new AppId(AppId), AppName, Enum.Parse<UsageKind>(Kind), Size, MemoryBytes, Containers,
        Ticks / TimeSpan.TicksPerSecond);
}

using Gantry.Domain;
using Gantry.Domain.Hosts;

namespace Gantry.Store.Sql.Rows;

internal sealed record HostRow
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Class { get; init; } = "";
    public string Zone { get; init; } = "";
    public string Labels { get; init; } = "";
    public bool Cordoned { get; init; }
    public string Capacity { get; init; } = "";
    public long RegisteredAt { get; init; }
    public string? Address { get; init; }
    public string? Subnet { get; init; }
    public long? RemovedAt { get; init; }
    public long? DrainingSince { get; init; }
    public int? DrainAtOnce { get; init; }
    public int? DrainContainers { get; init; }

    public static HostRow From(Host h) => new()
    {
        Id = h.Id.Value, Name = h.Name, Class = h.Class, Zone = h.Zone, Labels = SqlValues.ToJson(h.Labels), Cordoned = h.Cordoned,
        Capacity = SqlValues.ToJson(h.Capacity), RegisteredAt = h.RegisteredAt.ToSql(), Address = h.Address, Subnet = h.Subnet,
        RemovedAt = h.RemovedAt.ToSql(), DrainingSince = h.Drain?.Since.ToSql(), DrainAtOnce = h.Drain?.AtOnce, DrainContainers = h.Drain?.Containers,
    };

    public Host ToHost() => new()
    {
        Id = new HostId(Id), Name = Name, Class = Class, Zone = Zone, Labels = SqlValues.ToMap(Labels), Cordoned = Cordoned,
        Capacity = SqlValues.ToAmounts(Capacity), RegisteredAt = RegisteredAt.ToTime(), Address = Address, Subnet = Subnet,
        RemovedAt = RemovedAt.ToTime(),
        Drain = DrainingSince is { } since ? new HostDrain(since.ToTime(), DrainAtOnce ?? 1, DrainContainers ?? 0) : null,
    };
}

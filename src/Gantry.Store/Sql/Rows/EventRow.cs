using Gantry.Domain;
using Gantry.Domain.Events;

namespace Gantry.Store.Sql.Rows;

internal sealed record EventRow
{
    /// <summary>Owner of events of the platform itself; ids of users look otherwise.</summary>
    public const string Platform = "platform";

    public string Id { get; init; } = "";
    public long CreatedAt { get; init; }
    public string Type { get; init; } = "";
    public string? UserId { get; init; }
    public string Username { get; init; } = "";
    public string? AppId { get; init; }
    public string AppName { get; init; } = "";
    public string? OwnerId { get; init; }
    public string DataJson { get; init; } = "";

    public static EventRow From(AppEvent e) => new()
    {
        Id = e.Id.Value, CreatedAt = e.CreatedAt.ToSql(), Type = e.Type, UserId = e.UserId?.Value,
        Username = e.Username, AppId = e.AppId?.Value, AppName = e.AppName, DataJson = e.DataJson,
        OwnerId = e.OfPlatform ? Platform : null,
    };

    public AppEvent ToEvent() => new(
        new EventId(Id), CreatedAt.ToTime(), Type, UserId is { } user ? new UserId(user) : null, Username,
        AppId is { } app ? new AppId(app) : null, AppName, DataJson)
    {
        OfPlatform = OwnerId == Platform,
    };
}

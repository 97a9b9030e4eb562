using Gantry.Domain;
using Gantry.Domain.Containers;

namespace Gantry.Store.Sql.Rows;

internal sealed record ContainerRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public string DeploymentId { get; init; } = "";
    public string ImageId { get; init; } = "";
    public string Type { get; init; } = "";

    /// <summary>The domain's Index, which is a reserved word in SQL.</summary>
    public int Slot { get; init; }
    public string Size { get; init; } = "";
    public string Command { get; init; } = "";

    /// <summary>Sealed like variables, since it is made of them; null when there is none.</summary>
    public byte[]? ExtraEnvironment { get; init; }
    public bool Attached { get; init; }
    public string? UserId { get; init; }
    public bool Wanted { get; init; }
    public string State { get; init; } = "";
    public string Host { get; init; } = "";
    public long? PlacedAt { get; init; }
    public string? Placement { get; init; }
    public string? Replaces { get; init; }
    public long? MovedAt { get; init; }
    public string? Address { get; init; }
    public int Port { get; init; }
    public int? ExitCode { get; init; }
    public string? ExitReason { get; init; }
    public int Crashes { get; init; }
    public int BootAttempts { get; init; }
    public bool BootFailed { get; init; }
    public long? NotBefore { get; init; }
    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? ReadyAt { get; init; }
    public long? StoppedAt { get; init; }

    public static ContainerRow From(Container c, byte[]? extraEnvironment) => new()
    {
        Id = c.Id.Value, AppId = c.AppId.Value, DeploymentId = c.DeploymentId.Value, ImageId = c.ImageId.Value,
        Type = c.Type, Slot = c.Index, Size = c.Size, Command = c.Command, ExtraEnvironment = extraEnvironment,
        Attached = c.Attached, UserId = c.UserId?.Value, Wanted = c.Wanted, State = c.State.ToString(), Host = c.Host?.Value ?? "",
        PlacedAt = c.PlacedAt.ToSql(), Placement = c.Placement, Replaces = c.Replaces?.Value, MovedAt = c.MovedAt.ToSql(),
        Address = c.Address, Port = c.Port, ExitCode = c.ExitCode, ExitReason = c.ExitReason, Crashes = c.Crashes,
        BootAttempts = c.BootAttempts, BootFailed = c.BootFailed, NotBefore = c.NotBefore.ToSql(),
        CreatedAt = c.CreatedAt.ToSql(), StartedAt = c.StartedAt.ToSql(), ReadyAt = c.ReadyAt.ToSql(), StoppedAt = c.StoppedAt.ToSql(),
    };

    /// <summary>The same row, with one string in memory for all rows that say the same.</summary>
    public ContainerRow Sharing(HashSet<string> shared)
    {
        string Of(string text)
        {
            if (shared.TryGetValue(text, out var known))
                return known;
            shared.Add(text);
            return text;
        }

        return this with
        {
            AppId = Of(AppId), DeploymentId = Of(DeploymentId), ImageId = Of(ImageId), Type = Of(Type), Size = Of(Size), Command = Of(Command), Host = Of(Host),
        };
    }

    public Container ToContainer(IReadOnlyDictionary<string, string> extraEnvironment) => new()
    {
        Id = new ContainerId(Id), AppId = new AppId(AppId), DeploymentId = new DeploymentId(DeploymentId),
        ImageId = new ImageId(ImageId), Type = Type, Index = Slot, Size = Size, Command = Command,
        ExtraEnvironment = extraEnvironment, Attached = Attached, UserId = UserId is { } user ? new UserId(user) : null,
        Wanted = Wanted, State = Enum.Parse<ContainerState>(State), Host = Host.Length > 0 ? new HostId(Host) : null,
        PlacedAt = PlacedAt.ToTime(), Placement = Placement,
        Replaces = Replaces is { } replaced ? new ContainerId(replaced) : null, MovedAt = MovedAt.ToTime(), Address = Address, Port = Port,
        ExitCode = ExitCode, ExitReason = ExitReason, Crashes = Crashes,
        BootAttempts = BootAttempts, BootFailed = BootFailed, NotBefore = NotBefore.ToTime(),
        CreatedAt = CreatedAt.ToTime(), StartedAt = StartedAt.ToTime(), ReadyAt = ReadyAt.ToTime(), StoppedAt = StoppedAt.ToTime(),
    };
}

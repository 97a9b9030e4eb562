using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Operations;

namespace Gantry.Store.Sql.Rows;

internal sealed record AppRow
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string OwnerId { get; init; } = "";
    public string StackId { get; init; } = "";
    public string Status { get; init; } = "";
    public bool ForceHttps { get; init; }
    public bool StickySession { get; init; }
    public bool RouterLogs { get; init; }
    public long? BitsPerSecond { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
    public string? CurrentDeploymentId { get; init; }
    public string? CurrentImageId { get; init; }
    public long? LastDeployedAt { get; init; }
    public string? LastDeployedBy { get; init; }
    public long? DeletedAt { get; init; }

    public static AppRow From(App app) => new()
    {
        Id = app.Id.Value, Name = app.Name.Value, OwnerId = app.OwnerId.Value, StackId = app.StackId.Value,
        Status = app.Status.ToString(), ForceHttps = app.ForceHttps, StickySession = app.StickySession,
        RouterLogs = app.RouterLogs, BitsPerSecond = app.BitsPerSecond, CreatedAt = app.CreatedAt.ToSql(), UpdatedAt = app.UpdatedAt.ToSql(),
        CurrentDeploymentId = app.CurrentDeploymentId?.Value, CurrentImageId = app.CurrentImageId?.Value,
        LastDeployedAt = app.LastDeployedAt.ToSql(), LastDeployedBy = app.LastDeployedBy, DeletedAt = app.DeletedAt.ToSql(),
    };

    public App ToApp() => new()
    {
        Id = new AppId(Id), Name = AppName.FromStored(Name), OwnerId = new UserId(OwnerId), StackId = new StackId(StackId),
        Status = Enum.Parse<AppStatus>(Status), ForceHttps = ForceHttps, StickySession = StickySession,
        RouterLogs = RouterLogs, BitsPerSecond = BitsPerSecond, CreatedAt = CreatedAt.ToTime(), UpdatedAt = UpdatedAt.ToTime(),
        CurrentDeploymentId = CurrentDeploymentId is { } deployment ? new DeploymentId(deployment) : null,
        CurrentImageId = CurrentImageId is { } image ? new ImageId(image) : null,
        LastDeployedAt = LastDeployedAt.ToTime(), LastDeployedBy = LastDeployedBy, DeletedAt = DeletedAt.ToTime(),
    };
}

internal sealed record FormationRow
{
    public string AppId { get; init; } = "";
    public string Type { get; init; } = "";
    public int Amount { get; init; }
    public string Size { get; init; } = "";
    public string Command { get; init; } = "";
    public int Position { get; init; }

    public static FormationRow From(AppId app, ProcessFormation formation, int position) => new()
    {
        AppId = app.Value, Type = formation.Type, Amount = formation.Amount, Size = formation.Size,
        Command = formation.Command, Position = position,
    };

    public ProcessFormation ToFormation() => new(Type, Amount, Size, Command);
}

internal sealed record VariableRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public string Name { get; init; } = "";
    public byte[] Sealed { get; init; } = [];
}

internal sealed record OperationRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public string Type { get; init; } = "";
    public string Status { get; init; } = "";
    public string? Error { get; init; }
    public string Scope { get; init; } = "";
    public string? ContainerId { get; init; }
    public long CreatedAt { get; init; }
    public long? FinishedAt { get; init; }

    public static OperationRow From(Operation operation) => new()
    {
        Id = operation.Id.Value, AppId = operation.AppId.Value, Type = operation.Type.ToString(),
        Status = operation.Status.ToString(), Error = operation.Error, Scope = SqlValues.ToJson(operation.Scope),
        ContainerId = operation.ContainerId?.Value, CreatedAt = operation.CreatedAt.ToSql(), FinishedAt = operation.FinishedAt.ToSql(),
    };

    public Operation ToOperation() => new(
        new OperationId(Id), new AppId(AppId), Enum.Parse<OperationType>(Type), Enum.Parse<OperationStatus>(Status), Error,
        SqlValues.ToList(Scope), ContainerId is { } container ? new ContainerId(container) : null, CreatedAt.ToTime(), FinishedAt.ToTime());
}

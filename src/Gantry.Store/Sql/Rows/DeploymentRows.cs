using Gantry.Domain;
using Gantry.Domain.Deployments;
using Gantry.Domain.Images;

namespace Gantry.Store.Sql.Rows;

internal sealed record DeploymentRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public string PusherId { get; init; } = "";
    public string PusherName { get; init; } = "";
    public int SourceKind { get; init; }
    public string SourceValue { get; init; } = "";
    public string GitRef { get; init; } = "";
    public string Status { get; init; } = "";
    public string? FailureReason { get; init; }
    public string? ImageId { get; init; }
    public long ImageSize { get; init; }
    public string StackName { get; init; } = "";
    public string PostdeployHook { get; init; } = "";
    public bool AbortRequested { get; init; }
    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }

    public static DeploymentRow From(Deployment d) => new()
    {
        Id = d.Id.Value, AppId = d.AppId.Value, PusherId = d.PusherId.Value, PusherName = d.PusherName,
        SourceKind = (int)d.Source.Kind, SourceValue = d.Source.Value, GitRef = d.GitRef, Status = d.Status.ToString(),
        FailureReason = d.FailureReason, ImageId = d.ImageId?.Value, ImageSize = d.ImageSize, StackName = d.StackName,
        PostdeployHook = d.PostdeployHook, AbortRequested = d.AbortRequested, CreatedAt = d.CreatedAt.ToSql(),
        StartedAt = d.StartedAt.ToSql(), FinishedAt = d.FinishedAt.ToSql(),
    };

    public Deployment ToDeployment() => new()
    {
        Id = new DeploymentId(Id), AppId = new AppId(AppId), PusherId = new UserId(PusherId), PusherName = PusherName,
        Source = new DeploymentSource((SourceKind)SourceKind, SourceValue), GitRef = GitRef,
        Status = Enum.Parse<DeploymentStatus>(Status), FailureReason = FailureReason,
        ImageId = ImageId is { } image ? new ImageId(image) : null, ImageSize = ImageSize, StackName = StackName,
        PostdeployHook = PostdeployHook, AbortRequested = AbortRequested, CreatedAt = CreatedAt.ToTime(),
        StartedAt = StartedAt.ToTime(), FinishedAt = FinishedAt.ToTime(),
    };
}

internal sealed record OutputRow
{
    public long Start { get; init; }
    public int Length { get; init; }
    public byte[] Text { get; init; } = [];
}

internal sealed record ImageRow
{
    public string Id { get; init; } = "";
    public string AppId { get; init; } = "";
    public string StackDigest { get; init; } = "";
    public string LayerDigest { get; init; } = "";
    public long LayerBytes { get; init; }
    public string ProcessTypes { get; init; } = "";
    public string ConfigVars { get; init; } = "";
    public string SourceVersion { get; init; } = "";
    public long CreatedAt { get; init; }

    public static ImageRow From(Image image) => new()
    {
        Id = image.Id.Value, AppId = image.AppId.Value, StackDigest = image.StackDigest.Value,
        LayerDigest = image.LayerDigest.Value, LayerBytes = image.LayerBytes,
        ProcessTypes = SqlValues.ToJson(image.ProcessTypes), ConfigVars = SqlValues.ToJson(image.ConfigVars),
        SourceVersion = image.SourceVersion, CreatedAt = image.CreatedAt.ToSql(),
    };

    public Image ToImage() => new(
        new ImageId(Id), new AppId(AppId), new Digest(StackDigest), new Digest(LayerDigest), LayerBytes,
        SqlValues.ToMap(ProcessTypes), SqlValues.ToMap(ConfigVars), SourceVersion, CreatedAt.ToTime());
}

internal sealed record StackRow
{
    public string Id { get; init; } = "";
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public string BaseImage { get; init; } = "";
    public bool IsDefault { get; init; }
    public string RunDigest { get; init; } = "";
    public string BuildDigest { get; init; } = "";
    public long CreatedAt { get; init; }
    public long? DeprecatedAt { get; init; }

    public static StackRow From(Stack stack) => new()
    {
        Id = stack.Id.Value, Name = stack.Name, Description = stack.Description, BaseImage = stack.BaseImage,
        IsDefault = stack.IsDefault, RunDigest = stack.RunDigest.Value, BuildDigest = stack.BuildDigest.Value,
        CreatedAt = stack.CreatedAt.ToSql(), DeprecatedAt = stack.DeprecatedAt.ToSql(),
    };

    public Stack ToStack() => new(
        new StackId(Id), Name, Description, BaseImage, IsDefault, new Digest(RunDigest), new Digest(BuildDigest),
        CreatedAt.ToTime(), DeprecatedAt.ToTime());
}

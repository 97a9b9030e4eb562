namespace Gantry.Contracts.V1;

/// <summary>An app. <see cref="Links"/> is never null: clients read the address of the deployment stream from it.</summary>
public sealed record AppResource
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Region { get; init; }
    public required UserReference Owner { get; init; }
    public required string GitUrl { get; init; }
    public required string Url { get; init; }
    public required string BaseUrl { get; init; }
    public required string Status { get; init; }
    public DateTimeOffset? LastDeployedAt { get; init; }
    public string? LastDeployedBy { get; init; }
    public string? LastDeploymentId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required AppLinks Links { get; init; }
    public required string StackId { get; init; }
    public bool StickySession { get; init; }
    public bool ForceHttps { get; init; }
    public bool RouterLogs { get; init; }
    public bool HdsResource { get; init; }
    public string? ParentAppName { get; init; }
    public string? GitSource { get; init; }
    public IReadOnlyDictionary<string, bool> Flags { get; init; } = new Dictionary<string, bool>();
    public IReadOnlyDictionary<string, int> Limits { get; init; } = new Dictionary<string, int>();
    public IReadOnlyList<string> PrivateNetworksIds { get; init; } = [];
    public required ProjectReference Project { get; init; }
}

public sealed record AppLinks(string DeploymentsStream);

public sealed record ProjectReference(string Id, string Name);

public sealed record AppReply(AppResource App);

public sealed record AppsReply(IReadOnlyList<AppResource> Apps);

public sealed record CreateAppRequest(CreateAppBody? App);

public sealed record CreateAppBody
{
    public string? Name { get; init; }
    public string? ParentId { get; init; }
    public string? StackId { get; init; }
    public string? ProjectId { get; init; }
    public bool? HdsResource { get; init; }
    public string? GitSource { get; init; }
}

public sealed record RenameAppRequest(string? CurrentName, string? NewName);

/// <summary>Settings arrive with and without the <c>app</c> wrapper, by PUT and by PATCH: both are read.</summary>
public sealed record UpdateAppRequest
{
    public AppSettings? App { get; init; }
    public bool? ForceHttps { get; init; }
    public bool? StickySession { get; init; }
    public bool? RouterLogs { get; init; }
    public string? ProjectId { get; init; }
    public string? StackId { get; init; }
    public string? Owner { get; init; }
}

public sealed record AppSettings
{
    public bool? ForceHttps { get; init; }
    public bool? StickySession { get; init; }
    public bool? RouterLogs { get; init; }
    public string? ProjectId { get; init; }
    public string? StackId { get; init; }
    public string? Owner { get; init; }
}

public sealed record ProjectResource(
    string Id, string Name, bool Default, IReadOnlyDictionary<string, bool> Flags,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, UserReference Owner);

public sealed record ProjectReply(ProjectResource Project);

public sealed record ProjectsReply(IReadOnlyList<ProjectResource> Projects);

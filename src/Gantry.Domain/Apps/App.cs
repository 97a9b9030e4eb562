namespace Gantry.Domain.Apps;

/// <summary>What a tenant pushes to: a name, a stack, settings and the release that serves now.</summary>
public sealed record App
{
    public required AppId Id { get; init; }
    public required AppName Name { get; init; }
    public required UserId OwnerId { get; init; }
    public required StackId StackId { get; init; }
    public AppStatus Status { get; init; } = AppStatus.New;
    public bool ForceHttps { get; init; }
    public bool StickySession { get; init; }
    public bool RouterLogs { get; init; }

    /// <summary>Bandwidth of each direction of each of its containers, set by an operator; null for that of their size.</summary>
    public long? BitsPerSecond { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The deployment whose image serves; null until the first success.</summary>
    public DeploymentId? CurrentDeploymentId { get; init; }
    public ImageId? CurrentImageId { get; init; }
    public DateTimeOffset? LastDeployedAt { get; init; }
    public string? LastDeployedBy { get; init; }

    /// <summary>Set when the owner asked for deletion; control removes everything and then the record.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>Observed status of an app, as the v1 API names it.</summary>
public enum AppStatus { New, Running, Stopped, Scaling, Restarting, Crashed, Booting }

/// <summary>How many containers of one process type the tenant wants, and how large.</summary>
/// <param name="Command">The command of the current release; empty before the first deployment.</param>
public sealed record ProcessFormation(string Type, int Amount, string Size, string Command);

/// <summary>One environment variable of an app, in clear text in memory only.</summary>
public sealed record Variable(VariableId Id, string Name, string Value);

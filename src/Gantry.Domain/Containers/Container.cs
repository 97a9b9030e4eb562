namespace Gantry.Domain.Containers;

/// <summary>
/// One container, wanted and observed. It is one-shot: a restart makes a new record with a new id, and
/// <see cref="State"/> only moves forward.
/// </summary>
public sealed record Container
{
    public required ContainerId Id { get; init; }
    public required AppId AppId { get; init; }

    /// <summary>The release it belongs to.</summary>
    public required DeploymentId DeploymentId { get; init; }
    public required ImageId ImageId { get; init; }

    /// <summary>Process type of the Procfile, <c>one-off</c> or <c>postdeploy</c>.</summary>
    public required string Type { get; init; }

    /// <summary>1-based index within the type; for one-offs a number unique in the app.</summary>
    public required int Index { get; init; }
    public required string Size { get; init; }
    public required string Command { get; init; }

    /// <summary>Variables that only this container gets (<c>run -e</c>).</summary>
    public IReadOnlyDictionary<string, string> ExtraEnvironment { get; init; } = new Dictionary<string, string>();

    /// <summary>True for a one-off that waits for its user to attach before it starts.</summary>
    public bool Attached { get; init; }

    /// <summary>The user who asked for a one-off.</summary>
    public UserId? UserId { get; init; }

    /// <summary>False once the platform wants it gone.</summary>
    public bool Wanted { get; init; } = true;
    public ContainerState State { get; init; } = ContainerState.Booting;

    /// <summary>Where it has its place; null while it has none.</summary>
    public HostId? Host { get; init; }

    /// <summary>When it got its place.</summary>
    public DateTimeOffset? PlacedAt { get; init; }

    /// <summary>The scheduler's sentence: why it is where it is, or why no host takes it. Null until it was asked.</summary>
    public string? Placement { get; init; }

    /// <summary>
    /// The container of the same type and index that moves: this one takes over from it when it is ready, and is given up if it does
    /// not become ready. Null for all that no move made.
    /// </summary>
    public ContainerId? Replaces { get; init; }

    /// <summary>When it was moved last to relieve its host, as which a try counts too; null before.</summary>
    public DateTimeOffset? MovedAt { get; init; }

    /// <summary>Address the router connects to; null until the agent has one.</summary>
    public string? Address { get; init; }
    public int Port { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>Sentence for people on why it ended (killed for memory, limit, time), or null.</summary>
    public string? ExitReason { get; init; }

    /// <summary>Crash counter of its slot, see <see cref="CrashPolicy"/>.</summary>
    public int Crashes { get; init; }

    /// <summary>Boots of its slot that failed in a row before this one, see <see cref="BootPolicy"/>.</summary>
    public int BootAttempts { get; init; }

    /// <summary>True when it could not be started, or did not accept connections in time.</summary>
    public bool BootFailed { get; init; }

    /// <summary>Not started before this time (back-off after crashes and failed boots); null: at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Another one for its slot: of the same release, size and command, and without anything that this one has been through but its moves.</summary>
    public Container Successor(ContainerId id, DateTimeOffset createdAt) => new()
    {
        Id = id, AppId = AppId, DeploymentId = DeploymentId, ImageId = ImageId, Type = Type, Index = Index, Size = Size, Command = Command, MovedAt = MovedAt,
        CreatedAt = createdAt,
    };

    /// <summary>Name shown to people and in logs: <c>web-1</c>, <c>one-off-1234</c>.</summary>
    public string Label => $"{Type}-{Index}";

    /// <summary>True when the scheduler was asked and no host takes it yet.</summary>
    public bool WaitsForRoom => PlacedAt is null && Placement is not null;

    public bool IsOneOff => Type is ProcessTypes.OneOff or ProcessTypes.Postdeploy;
}

/// <summary>Observed state; only moves forward.</summary>
public enum ContainerState { Booting, Running, Stopping, Stopped }

/// <summary>Process types with a meaning of their own.</summary>
public static class ProcessTypes
{
    public const string Web = "web";
    public const string Tcp = "tcp";
    public const string Postdeploy = "postdeploy";
    public const string OneOff = "one-off";

    /// <summary>True for types that get a PORT and must accept on it before they count as ready.</summary>
    public static bool Listens(string type) => type is Web or Tcp;
}

using System.Text.Json.Serialization;

namespace Gantry.Contracts.V1;

/// <summary>One container as <c>ps</c> shows it; clients match on <see cref="Label"/>.</summary>
public sealed record ContainerResource(
    string Id, string AppId, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt, string Command, string Type, int TypeIndex,
    string Label, string State, ContainerSizeResource ContainerSize);

public sealed record ContainersReply(IReadOnlyList<ContainerResource> Containers);

/// <summary>How many containers of a type are wanted. In a request an empty size keeps the present one.</summary>
public sealed record FormationResource(string? AppId, string? Name, int? Amount, string? Size, string? Command);

public sealed record FormationReply(IReadOnlyList<FormationResource> Containers);

public sealed record ScaleRequest(IReadOnlyList<FormationResource?>? Containers);

public sealed record RestartRequest(IReadOnlyList<string?>? Scope);

public sealed record KillRequest(string? Signal);

public sealed record OperationResource(
    string Id, string AppId, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt, string Status, string Type, string Error,
    StartOneOffData? StartOneOffData);

public sealed record StartOneOffData(string AttachUrl, string ContainerId);

public sealed record OperationReply(OperationResource Operation);

public sealed record RunRequest
{
    public string? Command { get; init; }
    public string? Type { get; init; }
    public IReadOnlyDictionary<string, string?>? Env { get; init; }
    public string? Size { get; init; }
    public bool? Detached { get; init; }
    public bool? HasUploads { get; init; }
}

public sealed record RunReply(ContainerResource Container, string Operation, string OperationUrl, string? AttachUrl);

/// <summary>Terminal size in characters; clients send the numbers as strings, documentation shows numbers.</summary>
[JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
public sealed record TerminalSizeRequest(int? Width, int? Height);

public sealed record ExitReply(int ExitCode);

/// <summary>Use of one container now: bytes, and integer percent of one CPU.</summary>
public sealed record StatResource(
    string Id, int CpuUsage, long MemoryUsage, long MemoryLimit, long HighestMemoryUsage, long SwapUsage, long SwapLimit,
    long HighestSwapUsage);

public sealed record StatsReply(IReadOnlyList<StatResource> Stats);

/// <summary>A size of the catalogue. Memory and swap in bytes; prices in cents.</summary>
public sealed record ContainerSizeResource(
    string Id, string Sku, string Name, string HumanName, string HumanCpu, long Memory, long Swap, int PidsLimit, int Ordinal,
    int HourlyPrice, int ThirtydaysPrice, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pricings);

public sealed record ContainerSizesReply(IReadOnlyList<ContainerSizeResource> ContainerSizes);

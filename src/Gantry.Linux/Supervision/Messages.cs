using Gantry.Linux.Pipes;
using System.Text.Json.Serialization;

namespace Gantry.Linux.Supervision;

/// <summary>One line from agent to supervisor. Answered by a <see cref="Reply"/> with the same number.</summary>
internal sealed record Request
{
    public required long Number { get; init; }

    /// <summary>One of <see cref="Operations"/>.</summary>
    public required string Operation { get; init; }
    public string? Id { get; init; }
    public int Signal { get; init; }

    /// <summary>Socket that receives the terminal of an attached container.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>Path inside a container whose host path is asked.</summary>
    public string? ContainerPath { get; init; }
    public StartRequest? Start { get; init; }

    /// <summary>Null for no limit.</summary>
    public long? BitsPerSecond { get; init; }
}

internal static class Operations
{
    public const string Hello = "hello";
    public const string Start = "start";
    public const string Attach = "attach";
    public const string Signal = "signal";
    public const string Remove = "remove";
    public const string List = "list";
    public const string HostPath = "hostPath";
    public const string Bandwidth = "bandwidth";

    /// <summary>Ends the supervisor; containers live on and its successor picks them up.</summary>
    public const string Exit = "exit";

    /// <summary>Kills and removes all containers, frees all that the supervisor made, and ends it.</summary>
    public const string Shutdown = "shutdown";
}

/// <summary>One line from supervisor to agent: an answer, or with number 0 a status change.</summary>
internal sealed record Reply
{
    public required long Number { get; init; }
    public string? Error { get; init; }

    /// <summary>True when the same request may succeed later.</summary>
    public bool Transient { get; init; }
    public ContainerRecord? Container { get; init; }
    public IReadOnlyList<ContainerRecord>? Containers { get; init; }
    public string? Path { get; init; }
    public HostReport? Host { get; init; }
}

/// <summary>What the supervisor is, what its kernel can do, and the median time (µs) that the network of a new container takes.</summary>
internal sealed record HostReport(string Version, int Pid, bool IdmappedMounts, bool CgroupV2, bool SwapAccounting, long NetworkMicroseconds = 0);

/// <summary>All that a container needs, with layers already unpacked.</summary>
internal sealed record StartRequest
{
    public required string Id { get; init; }
    public required string StackDirectory { get; init; }
    public string? LayerDirectory { get; init; }
    public required IReadOnlyList<string> Command { get; init; }
    public required string WorkingDirectory { get; init; }
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required string Hostname { get; init; }
    public required long MemoryBytes { get; init; }
    public required long SwapBytes { get; init; }
    public required int CpuShares { get; init; }
    public required int Pids { get; init; }
    public required long ScratchBytes { get; init; }
    public required int OpenFiles { get; init; }
    public long? MaxRuntimeMilliseconds { get; init; }
    public long? LogLinesPerMinute { get; init; }
    public long? LogBytesPerMinute { get; init; }
    public long? BitsPerSecond { get; init; }
    public long? DiskBytesPerSecond { get; init; }
    public long? DiskOperationsPerSecond { get; init; }
    public required IReadOnlyList<MountRequest> Mounts { get; init; }
    public required IReadOnlyList<DiskRequest> Disks { get; init; }
    public required string SpoolDirectory { get; init; }
    public bool Terminal { get; init; }

    [JsonIgnore]
    public LogRate? LogRate => LogLinesPerMinute is null && LogBytesPerMinute is null
        ? null : new LogRate(LogLinesPerMinute ?? long.MaxValue, LogBytesPerMinute ?? long.MaxValue);
}

internal sealed record MountRequest(string HostPath, string ContainerPath, bool ReadOnly);

internal sealed record DiskRequest(string ImagePath, string ContainerPath, long SizeBytes);

/// <summary>State of a container as kept in its directory. Times in Unix milliseconds.</summary>
internal sealed record ContainerRecord
{
    public required string Id { get; init; }

    /// <summary>created, running or exited.</summary>
    public required string State { get; init; }
    public string? Address { get; init; }
    public int Pid { get; init; }
    public required int Slot { get; init; }
    public long? StartedAt { get; init; }
    public long? ExitedAt { get; init; }

    /// <summary>The same moments by the host's uptime; no end where nobody saw it.</summary>
    public long? StartedUptime { get; init; }
    public long? ExitedUptime { get; init; }
    public int? ExitCode { get; init; }
    public bool OutOfMemory { get; init; }
    public string? ExitReason { get; init; }
    public long MemoryBytes { get; init; }
    public long SwapBytes { get; init; }

    /// <summary>In lists: log lines that were discarded since the supervisor looks after it.</summary>
    public long LostLogLines { get; init; }
}

internal static class States
{
    public const string Created = "created";
    public const string Running = "running";
    public const string Exited = "exited";
}

/// <summary>The request as kept on disk, with what a successor needs to know.</summary>
internal sealed record StoredSpec(StartRequest Request, string BootId, ContainerRecord Record);

/// <summary>Source-generated, because the supervisor is compiled ahead of time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Request))]
[JsonSerializable(typeof(Reply))]
[JsonSerializable(typeof(SupervisorOptions))]
[JsonSerializable(typeof(StoredSpec))]
[JsonSerializable(typeof(ContainerRecord))]
internal sealed partial class MessagesJson : JsonSerializerContext;

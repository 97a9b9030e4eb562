namespace Gantry.Domain.Usage;

/// <summary>What ran: the reasons for which a container's time is billed.</summary>
public enum UsageKind { Container, OneOff, Build }

/// <summary>Whom and what a container's time is billed to, written down once: its app may be gone when it is read.</summary>
/// <param name="Type">Process type of the Procfile, <c>one-off</c>, <c>postdeploy</c> or <c>build</c>.</param>
/// <param name="Size">Name of the container size; <c>build</c> for builds, which all have one.</param>
public sealed record UsageSubject(
    ContainerId ContainerId, UsageKind Kind, AppId AppId, string AppName, UserId OwnerId, string Type, string Size, long MemoryBytes);

/// <summary>
/// The life of one container, in whole seconds: from <paramref name="StartedAt"/> up to, not including,
/// <paramref name="StoppedAt"/>, which is null while it is open. A container is one-shot, so its size never changes;
/// a resize is a new container and a new record.
/// </summary>
/// <param name="Host">Where it runs.</param>
/// <param name="StartedAt">What the wall clock said at its start. How long it ran is measured by the host's uptime.</param>
/// <param name="Start">The same moment by the clock of the host's boot.</param>
public sealed record UsageRecord(UsageSubject Subject, string Host, BootTime Start, DateTimeOffset StartedAt, DateTimeOffset? StoppedAt)
{
    public ContainerId ContainerId => Subject.ContainerId;

    /// <summary>Closed after this many seconds of the host's uptime, however the wall clock was moved meanwhile.</summary>
    public UsageRecord ClosedAt(long uptime) => this with { StoppedAt = StartedAt.AddSeconds(Math.Max(0, uptime - Start.Uptime)) };
}

/// <summary>A moment by a clock that nobody can set: whole seconds since a boot of a host.</summary>
/// <param name="BootId">Tells one run of the kernel from another.</param>
public sealed record BootTime(string BootId, long Uptime);

/// <summary>A moment when a host was looked at. All its open records were alive then.</summary>
/// <param name="At">What the wall clock said.</param>
public sealed record HostSighting(BootTime Time, DateTimeOffset At);

/// <summary>What a runtime says of one container. Uptimes in seconds of the host; null where it does not know them.</summary>
/// <param name="Ended">True when it has exited.</param>
public sealed record ObservedRun(
    ContainerId Id, bool Ended, DateTimeOffset? StartedAt, DateTimeOffset? ExitedAt, double? StartedUptime, double? ExitedUptime);

/// <summary>What an observation changes. Applying it twice changes nothing more.</summary>
/// <param name="Opened">New records, also of containers that ended before they were seen.</param>
/// <param name="Closed">Records with the end they now have.</param>
public sealed record UsageChanges(IReadOnlyList<UsageRecord> Opened, IReadOnlyList<UsageRecord> Closed);

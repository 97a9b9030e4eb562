using Gantry.Contracts.V1;

namespace Gantry.Contracts.Admin;

/// <summary>Metered use in [<see cref="From"/>, <see cref="To"/>), by <c>owner</c>, <c>app</c> or <c>container</c>.</summary>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, string By, IReadOnlyList<UsageLine> Lines);

/// <summary>
/// A line of a usage report: an owner's, an app's or one container's seconds of one kind (<c>container</c>, <c>one-off</c>,
/// <c>build</c>) and size. What does not belong to the kind of report is null.
/// </summary>
/// <param name="Memory">Of the size, in bytes.</param>
/// <param name="Containers">How many ran in the period, at least for a part of it.</param>
/// <param name="Start">Of the part of the container's life that lies in the period; so is <paramref name="Stop"/>.</param>
/// <param name="Running">True when it still runs: it is metered up to some seconds ago.</param>
public sealed record UsageLine(
    UserReference Owner, UsageApp? App, string? Container, string? Type, string Kind, string Size, long Memory, long Containers, long Seconds,
    DateTimeOffset? Start, DateTimeOffset? Stop, bool? Running);

public sealed record UsageApp(string Id, string Name);

public sealed record UsageReply(UsageReport Usage);

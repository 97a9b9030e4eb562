namespace Gantry.Contracts.Admin;

/// <summary>
/// One host. Status is <c>ready</c>, <c>cordoned</c>, <c>draining</c>, <c>drained</c> (nothing is there any more), <c>suspected</c> (not heard for a while), <c>lost</c> or <c>unknown</c> (not heard yet); memory and disk in bytes; load is the 1-minute run-queue length. What was not
/// measured of a host is 0.
/// </summary>
/// <param name="Id">Stays when the machine is renamed.</param>
/// <param name="Class">Kind of machine, which decides how much may be promised; may be empty, as may be the zone.</param>
/// <param name="Address">Where Control reaches its agent; null for the host of a control process.</param>
/// <param name="Subnet">IPv4 network of its containers.</param>
public sealed record HostResource(
    string Id, string Name, string Status, string Class, string Zone, IReadOnlyDictionary<string, string> Labels, int Cpus, double Load,
    long MemoryTotal, long MemoryAvailable, long MemoryReserved, long DiskTotal, long DiskFree, int Containers, int RunningContainers, int Apps,
    IReadOnlyList<HostAmount> Resources, DateTimeOffset RegisteredAt, string? Address, string? Subnet);

/// <summary>One resource of a host: <c>cpu</c> in thousandths of a core, <c>memory</c> in bytes.</summary>
/// <param name="Promisable">What may be reserved: capacity times the overcommit of its class.</param>
/// <param name="Reserved">Sum of the limits of what has its place there.</param>
/// <param name="Used">What its containers used when they were last sampled.</param>
public sealed record HostAmount(string Name, long Capacity, long Promisable, long Reserved, long Used);

public sealed record HostsReply(IReadOnlyList<HostResource> Hosts);

public sealed record HostReply(HostResource Host);

public sealed record ChangeHostRequest(ChangeHostBody? Host);

/// <summary>What is null stays as it is.</summary>
/// <param name="Labels">Those named are set, or removed when the value is null.</param>
/// <param name="Cordoned">True: the host runs what it has and takes nothing new.</param>
public sealed record ChangeHostBody(string? Class, string? Zone, IReadOnlyDictionary<string, string?>? Labels, bool? Cordoned);

/// <summary>A body is not needed.</summary>
public sealed record DrainHostRequest(DrainHostBody? Drain);

/// <param name="AtOnce">Moves under way at once, 1 to 100; null for the configured number, or the one of before.</param>
public sealed record DrainHostBody(int? AtOnce);

/// <summary>How far a host is from being empty.</summary>
/// <param name="Status"><c>draining</c> or <c>drained</c>.</param>
/// <param name="Total">Containers that were to leave.</param>
/// <param name="Moved">Those of them that are not there any more.</param>
/// <param name="Containers">What is still there.</param>
public sealed record DrainResource(
    string Host, string Status, DateTimeOffset Since, int AtOnce, int Total, int Moved, IReadOnlyList<DrainContainer> Containers);

/// <param name="App">Null when it is gone.</param>
/// <param name="State"><c>moving</c>, <c>waiting</c> or <c>cannot</c>.</param>
/// <param name="To">The host it moves to; null while that is not decided.</param>
/// <param name="Why">What it waits for, or why it can't be moved; null while it moves.</param>
public sealed record DrainContainer(string Id, string? App, string Label, string State, string? To, string? Why);

public sealed record DrainReply(DrainResource Drain);

/// <summary>How hot the hosts are, what the scheduler would move, and where nothing would help.</summary>
public sealed record HotspotsResource(IReadOnlyList<HostHeat> Heat, IReadOnlyList<HostMove> Moves, IReadOnlyList<string> Alarms);

/// <param name="Used">The last sample, in the unit of the resource; the forecast is that of the next one.</param>
/// <param name="Hot">True when it was above the threshold often enough and is expected to stay there.</param>
public sealed record HostHeat(string Host, string Resource, long Capacity, double Used, double Forecast, bool Hot);

public sealed record HostMove(string Container, string From, string To, string Explanation);

public sealed record HotspotsReply(HotspotsResource Hotspots);

/// <summary>Why a container is where it is, and what each host would say to it now.</summary>
/// <param name="Host">Null while it has no place.</param>
/// <param name="Decision">The sentence of the scheduler's decision; null when it was not asked yet.</param>
public sealed record PlacementResource(
    string Container, string App, string Label, string State, string? Host, DateTimeOffset? PlacedAt, string? Decision,
    IReadOnlyList<PlacementVerdict> Hosts);

/// <param name="Here">True for the host it is on.</param>
public sealed record PlacementVerdict(string Host, bool Here, bool Fits, string Explanation);

public sealed record PlacementReply(PlacementResource Placement);

/// <summary>What a repacking of the whole cluster would change; nothing was moved.</summary>
/// <param name="SavedPerMonth">Price of the freed hosts a month.</param>
/// <param name="MovedShare">Containers that would end on another host, as a share of all.</param>
/// <param name="Imbalance">σ/μ of the load of the hosts, before and after.</param>
/// <param name="Risk">Chance that the likeliest host is overloaded at a moment, before and after.</param>
/// <param name="Kept">The worst of what stays although it should go, each a sentence.</param>
public sealed record RepackingResource(
    HostCount Hosts, IReadOnlyList<string> Freed, double SavedPerMonth, double MovedShare, double EstimatedSeconds, Change Imbalance, Change Risk,
    IReadOnlyList<MoveWaveResource> Waves, IReadOnlyList<string> Kept, IReadOnlyList<string> Alarms);

/// <summary>Hosts with a container.</summary>
public sealed record HostCount(int Before, int After);

public sealed record Change(double Before, double After);

/// <summary>Moves that may run at once; the next wave begins when they are done.</summary>
public sealed record MoveWaveResource(IReadOnlyList<HostMove> Moves, double EstimatedSeconds);

public sealed record RepackingReply(RepackingResource Repacking);

/// <summary>A body is not needed.</summary>
public sealed record BeginRepackingRequest(BeginRepackingBody? Repacking);

/// <summary>What is null is as for a repacking that is only shown.</summary>
/// <param name="MaxMoved">Share of all containers that may move, 0 to 1.</param>
/// <param name="AtOnce">Moves under way at once, 1 to 100; null for the configured number.</param>
public sealed record BeginRepackingBody(string? Objective, double? MaxMoved, int? AtOnce);

public sealed record ChangeRepackingRequest(ChangeRepackingBody? Repacking);

/// <param name="Status"><c>paused</c>, <c>running</c> or <c>abandoned</c>.</param>
public sealed record ChangeRepackingBody(string? Status);

/// <summary>How far a repacking is, or how the last one ended.</summary>
/// <param name="Number">Counts the repackings of the cluster.</param>
/// <param name="Status"><c>running</c>, <c>pausing</c>, <c>paused</c> or <c>abandoning</c>; at its end <c>done</c> or <c>abandoned</c>.</param>
/// <param name="Total">Moves of the plan.</param>
/// <param name="Frees">Hosts that the plan frees.</param>
/// <param name="Freed">Those of them that were free at the end.</param>
/// <param name="Why">What it waits for, or why it ended before its moves were made; else null.</param>
public sealed record RepackingProgress(
    long Number, string Status, string Objective, int AtOnce, DateTimeOffset Since, DateTimeOffset? Ended, int Total, int Moved, int GivenUp, IReadOnlyList<string> Frees,
    IReadOnlyList<string> Freed, string? Why, IReadOnlyList<RepackingMoveResource> Moves);

/// <param name="State"><c>waiting</c>, <c>moving</c>, <c>moved</c> or <c>given_up</c>.</param>
/// <param name="Why">What it is good for; of one that was given up, why.</param>
public sealed record RepackingMoveResource(string Container, string App, string Label, string From, string To, int Wave, string State, string Why);

public sealed record RepackingProgressReply(RepackingProgress Repacking);

/// <summary>A body is not needed: what is left out is as configured.</summary>
public sealed record CreateJoinTokenRequest(CreateJoinTokenBody? JoinToken);

/// <param name="Lifetime">Seconds that the token is good, from 60 to 604800.</param>
public sealed record CreateJoinTokenBody(int? Lifetime);

/// <summary>A machine becomes a host with it, once.</summary>
/// <param name="Token">Shown here and never again.</param>
/// <param name="Command">What to run on the machine.</param>
public sealed record JoinTokenResource(string Id, string Token, string Url, string Command, DateTimeOffset ExpiresAt);

public sealed record JoinTokenReply(JoinTokenResource JoinToken);

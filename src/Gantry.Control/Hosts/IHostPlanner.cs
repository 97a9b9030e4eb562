using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;

namespace Gantry.Control.Hosts;

/// <summary>What operators ask the scheduler, and what they decide about hosts.</summary>
public interface IHostPlanner
{
    Task<IReadOnlyList<HostView>> ListAsync(CancellationToken token);

    /// <summary>Changes what operators decide; the next placement goes by it.</summary>
    /// <returns>The host afterwards, or null when there is none of that id.</returns>
    Task<HostView?> ChangeAsync(HostId id, Func<Host, Host> change, CancellationToken token);

    /// <summary>Takes a host out of the cluster for good; its certificate is worth nothing from then on.</summary>
    /// <param name="force">Also while containers have their place there: they are given up.</param>
    /// <returns>The host as it was removed, or why it stays.</returns>
    Task<Outcome<Host>> RemoveAsync(HostId id, bool force, CancellationToken token);

    /// <summary>How hot the hosts are, what the scheduler would move, and what it can't help.</summary>
    Task<HotspotReport> HotspotsAsync(CancellationToken token);

    /// <summary>Why a container is where it is, and what each host would say to it now.</summary>
    Task<PlacementReport> ExplainAsync(Container container, CancellationToken token);

    /// <summary>A better assignment for the whole cluster and the moves that would reach it. Moves nothing.</summary>
    /// <returns>The proposal, or which of what was asked for makes no sense.</returns>
    Task<Outcome<RepackView>> RepackAsync(RepackQuestion question, CancellationToken token);

    /// <summary>The cluster now, as <c>gantry-lab</c> reads it: JSON in UTF-8.</summary>
    Task<ReadOnlyMemory<byte>> SnapshotAsync(CancellationToken token);
}

/// <summary>A host and its three numbers for each resource.</summary>
/// <param name="IsLocal">True for the host that this process runs on.</param>
public sealed record HostView(Host Host, bool IsLocal, HostPresence Presence, int Containers, IReadOnlyList<ResourceView> Resources);

/// <summary>Amounts in the unit of the resource: thousandths of a core, bytes.</summary>
/// <param name="Promisable">Capacity times the overcommit of the host's class: what may be reserved.</param>
/// <param name="Reserved">Sum of the limits of what has its place here.</param>
/// <param name="Used">Sum of the last samples of its containers.</param>
public sealed record ResourceView(string Resource, long Capacity, long Promisable, long Reserved, long Used);

/// <summary>Heat of all hosts, moves that would cool them, and alarms where nothing would.</summary>
public sealed record HotspotReport(IReadOnlyList<HeatView> Heat, IReadOnlyList<MoveView> Moves, IReadOnlyList<string> Alarms);

/// <param name="Used">The last sample.</param>
/// <param name="Forecast">The next sample as the AR(1) model expects it.</param>
/// <param name="IsHot">True when it was above the threshold often enough and is expected to be.</param>
public sealed record HeatView(HostId Host, string Resource, long Capacity, double Used, double Forecast, bool IsHot);

/// <summary>A container that would go to another host.</summary>
public sealed record MoveView(ContainerId Container, HostId From, HostId To, string Explanation);

/// <param name="Decision">The sentence of the decision that was made; null when none was asked for yet.</param>
public sealed record PlacementReport(string? Decision, IReadOnlyList<HostVerdict> Hosts);

/// <summary>What one host would say to a container now, were it nowhere.</summary>
public sealed record HostVerdict(HostId Host, bool IsHere, bool Fits, string Explanation);

/// <summary>What a repacking is to reach.</summary>
/// <param name="Objective">Name of an objective of the scheduler: <c>fewest-hosts</c>, <c>convex-cost</c> or <c>balance</c>.</param>
/// <param name="MaxMovedShare">Share of all containers that may end on another host, 0 to 1.</param>
/// <param name="PricePerHost">Price of a host a month; 0 where none is known.</param>
/// <param name="StopTheWorld">What moves is stopped first, for maintenance nights.</param>
public sealed record RepackQuestion(string Objective, double MaxMovedShare, double PricePerHost, bool StopTheWorld);

/// <summary>What a repacking would change. Imbalance and risk as the scheduler defines them, before and after.</summary>
/// <param name="Waves">Moves that may run at once, one wave after another.</param>
/// <param name="Kept">The worst of what stays although it should go, each a sentence.</param>
public sealed record RepackView(
    int HostsBefore, int HostsAfter, IReadOnlyList<string> Freed, double SavedPerMonth, double MovedShare, double EstimatedSeconds, double ImbalanceBefore,
    double ImbalanceAfter, double RiskBefore, double RiskAfter, IReadOnlyList<WaveView> Waves, IReadOnlyList<string> Kept, IReadOnlyList<string> Alarms);

public sealed record WaveView(IReadOnlyList<MoveView> Moves, double EstimatedSeconds);

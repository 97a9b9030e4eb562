using System.Globalization;
using Gantry.Control.Hosts.Remote;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Scheduling.Hotspots;
using Gantry.Scheduling.Model;
using Gantry.Scheduling.Placing;
using Gantry.Scheduling.Profiles;
using Gantry.Store.Records;

namespace Gantry.Control.Hosts;

/// <summary>Answers from a snapshot that is read for the question.</summary>
internal sealed class HostPlanner(ContainerPlacer placer, IHostStore hosts, IAppStore apps, LocalHost local, HostSessions sessions, TimeProvider time) : IHostPlanner
{
    public async Task<IReadOnlyList<HostView>> ListAsync(CancellationToken token)
    {
        var snapshot = await placer.ReadAsync(token).ConfigureAwait(false);
        var records = await hosts.ListAsync(token).ConfigureAwait(false);
        return [.. from host in records from shown in snapshot.Hosts where shown.Id == host.Id.Value select View(snapshot, host, shown)];
    }

    public async Task<HostView?> ChangeAsync(HostId id, Func<Host, Host> change, CancellationToken token) =>
        await hosts.UpdateAsync(id, change, token).ConfigureAwait(false) is null ? null
            : (await ListAsync(token).ConfigureAwait(false)).FirstOrDefault(h => h.Host.Id == id);

    public async Task<Outcome<Host>> RemoveAsync(HostId id, bool force, CancellationToken token)
    {
        if (id == local.Id)
            return Refusal.Conflict($"{id} is the host that this Gantry itself runs on. To let it take no more containers: gantry hosts cordon {id}");
        var removed = await hosts.RemoveAsync(id, time.GetUtcNow(), force, token).ConfigureAwait(false);
        // From here on nothing is placed there.
        if (removed.IsSuccess)
            await placer.ReadAsync(token).ConfigureAwait(false);
        return removed;
    }

    public async Task<HotspotReport> HotspotsAsync(CancellationToken token)
    {
        var snapshot = await placer.ReadAsync(token).ConfigureAwait(false);
        var hot = Sandpiper.Hot(snapshot).ToHashSet();
        var heat = from host in snapshot.Hosts
                   from r in Enumerable.Range(0, snapshot.Resources.Count)
                   let use = Use(snapshot, host.Id, r)
                   select new HeatView(
                       new HostId(host.Id), snapshot.Resources[r], host.Capacity[r], use.LastOrDefault(), Math.Max(0, Autoregression.Next(use)),
                       hot.Contains((host.Id, snapshot.Resources[r])));
        var plan = Sandpiper.Plan(snapshot);
        return plan.IsSuccess
            ? new HotspotReport([.. heat], [.. plan.Value.Waves.SelectMany(w => w.Moves).Select(ToView)], plan.Value.Alarms)
            : new HotspotReport([.. heat], [], [plan.Refusal!.Message]);
    }

    public async Task<PlacementReport> ExplainAsync(Container container, CancellationToken token)
    {
        var snapshot = await placer.ReadAsync(token).ConfigureAwait(false);
        if (await apps.FindByIdAsync(container.AppId, token).ConfigureAwait(false) is not { } app)
            return new PlacementReport(container.Placement, []);
        var request = SnapshotBuilder.Request(SnapshotBuilder.Seat(container, app));
        var without = snapshot with { Containers = [.. snapshot.Containers.Where(c => c.Id != container.Id.Value)] };
        return new PlacementReport(container.Placement, [.. snapshot.Hosts.Select(h => Verdict(without, h, request, container))]);
    }

    public async Task<Outcome<RepackView>> RepackAsync(RepackQuestion question, CancellationToken token)
    {
        var plan = await RepackQuestions.PlanAsync(question, await placer.ReadAsync(token).ConfigureAwait(false), token).ConfigureAwait(false);
        if (!plan.IsSuccess)
            return plan.Refusal!;
        var (report, waves) = (plan.Value.Report, plan.Value.Plan.Waves);
        return new RepackView(
            report.HostsBefore, report.HostsAfter, report.Freed, report.SavedPerMonth, report.MovedShare, report.EstimatedSeconds, report.ImbalanceBefore,
            report.ImbalanceAfter, report.RiskBefore, report.RiskAfter, [.. waves.Select(w => new WaveView([.. w.Moves.Select(ToView)], w.EstimatedSeconds))],
            [.. report.WorstRefusals.Select(r => r.Explanation)], plan.Value.Plan.Alarms);
    }

    public async Task<ReadOnlyMemory<byte>> SnapshotAsync(CancellationToken token) =>
        SnapshotSerializer.Write(await placer.ReadAsync(token).ConfigureAwait(false));

    private HostView View(ClusterSnapshot snapshot, Host host, HostSnapshot shown)
    {
        var there = snapshot.Containers.Where(c => c.Host == shown.Id).ToList();
        var resources = snapshot.Resources.Select((name, r) => new ResourceView(
            name, shown.Capacity[r], (long)(shown.Capacity[r] * snapshot.Policy.FactorOf(host.Class, name)), there.Sum(c => c.Limits[r]),
            (long)Use(snapshot, shown.Id, r).LastOrDefault()));
        return new HostView(host, host.Id == local.Id, sessions.PresenceOf(host.Id), there.Count, [.. resources]);
    }

    /// <summary>Samples of a host: sums over its containers, the last ones side by side.</summary>
    private static double[] Use(ClusterSnapshot snapshot, string host, int resource)
    {
        var windows = snapshot.Containers.Where(c => c.Host == host && c.Profiles.Count > resource).Select(c => c.Profiles[resource]?.Window ?? []).ToList();
        var sum = new double[windows.Select(w => w.Count).DefaultIfEmpty().Max()];
        foreach (var window in windows)
            for (var i = 1; i <= window.Count; i++)
                sum[^i] += window[^i];
        return sum;
    }

    private static HostVerdict Verdict(ClusterSnapshot cluster, HostSnapshot host, PlacementRequest request, Container container)
    {
        var alone = cluster with { Hosts = [host], Containers = [.. cluster.Containers.Where(c => c.Host == host.Id)] };
        var session = PlacementSession.Open(alone).Value;
        var decision = session.Place(request);
        var says = decision.IsPlaced ? string.Create(CultureInfo.InvariantCulture, $"fits, score {decision.Score:0.###}") : session.Explain(request);
        return new HostVerdict(new HostId(host.Id), container.Host?.Value == host.Id, decision.IsPlaced, says);
    }

    private static MoveView ToView(Move move) => new(new ContainerId(move.ContainerId), new HostId(move.From), new HostId(move.To), move.Explanation);
}

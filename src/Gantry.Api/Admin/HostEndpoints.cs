using System.Text.Json.Nodes;
using Gantry.Api.Events;
using Gantry.Api.Http;
using Gantry.Contracts.Admin;
using Gantry.Control.Hosts;
using Gantry.Control.Hosts.Joining;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Api.Admin;

/// <summary>Hosts, and what the scheduler makes of them.</summary>
internal static class HostEndpoints
{
    public static void MapHosts(this RouteGroupBuilder admin)
    {
        admin.MapGet("/hosts", ListAsync).Produces<HostsReply>().WithSummary("Hosts with their capacity, what is promised of it and what is used");
        admin.MapGet("/hosts/{host}", ShowAsync).Produces<HostReply>().WithSummary("One host");
        admin.MapPatch("/hosts/{host}", ChangeAsync).Produces<HostReply>()
            .WithSummary("Set class, zone and labels of a host, or cordon it: it runs what it has and takes nothing new. Uncordoning also ends a drain");
        admin.MapDelete("/hosts/{host}", RemoveAsync).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Take a host out of the cluster for good; force=true also while containers have their place there");
        admin.MapPost("/hosts/tokens", IssueTokenAsync).Produces<JoinTokenReply>(StatusCodes.Status201Created)
            .WithSummary("A one-time token with which a machine becomes a host, and the command to run there");
        admin.MapGet("/cluster/hotspots", HotspotsAsync).Produces<HotspotsReply>()
            .WithSummary("How hot the hosts are, which containers the scheduler would move, and alarms");
        admin.MapGet("/cluster/repacking", RepackAsync).Produces<RepackingReply>()
            .WithSummary("What a repacking of the whole cluster would change (objective, max_moved, price, stop_the_world); moves nothing");
        admin.MapGet("/cluster/snapshot", SnapshotAsync).Produces<object>().WithSummary("The cluster as gantry-lab reads it");
        admin.MapGet("/containers/{container}/placement", ExplainAsync).Produces<PlacementReply>()
            .WithSummary("Why a container (by id, or by label with ?app=) is where it is, and what each host would say to it now");
    }

    private static async Task<IResult> ListAsync(IHostPlanner planner, HostReport report, CancellationToken token) =>
        Reply.Ok(new HostsReply(await report.MakeAsync(await planner.ListAsync(token), token)));

    private static async Task<IResult> ShowAsync(string host, IHostPlanner planner, HostReport report, CancellationToken token) =>
        await AnswerAsync(host, (await planner.ListAsync(token)).FirstOrDefault(h => h.Host.Id.Value == host), report, token);

    private static async Task<IResult> ChangeAsync(
        string host, Caller caller, JsonBody<ChangeHostRequest> body, IHostPlanner planner, HostReport report, HostTimeline timeline, CancellationToken token)
    {
        var wanted = body.Require(b => b.Host, "host");
        if (Check(wanted) is { } refusal)
            return Reply.Refused(refusal);
        (Host Before, Host After)? changed = null;
        var found = await planner.ChangeAsync(new HostId(host), Note, token);
        if (changed is { } change)
            await timeline.ChangedAsync(change.Before, change.After, caller.User, token);
        return await AnswerAsync(host, found, report, token);

        Host Note(Host before)
        {
            changed = (before, Apply(before, wanted));
            return changed.Value.After;
        }
    }

    private static async Task<IResult> RemoveAsync(string host, Caller caller, bool? force, IHostPlanner planner, Timeline timeline, CancellationToken token)
    {
        if ((await planner.RemoveAsync(new HostId(host), force == true, token)).Refusal is { } refusal)
            return Reply.Refused(refusal);
        await timeline.AddOfPlatformAsync("remove_host", caller.User, new JsonObject { ["host"] = host, ["force"] = force == true }, token);
        return Reply.NoContent();
    }

    private static async Task<IResult> IssueTokenAsync(
        Caller caller, JsonBody<CreateJoinTokenRequest> body, IHostJoining joining, Timeline timeline, CancellationToken token)
    {
        var seconds = body.Value?.JoinToken?.Lifetime;
        var issued = await joining.IssueTokenAsync(seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), token);
        if (issued.Refusal is { } refusal)
            return Reply.Refused(refusal);
        await timeline.AddOfPlatformAsync("new_join_token", caller.User, new JsonObject { ["id"] = issued.Value.Id, ["expires_at"] = issued.Value.ExpiresAt }, token);
        return Reply.Created(new JoinTokenReply(new JoinTokenResource(
            issued.Value.Id, issued.Value.Token, issued.Value.Url.AbsoluteUri, issued.Value.Command, issued.Value.ExpiresAt)));
    }

    private static async Task<IResult> AnswerAsync(string id, HostView? found, HostReport report, CancellationToken token) => found is null
        ? Reply.NotFound("host", $"There is no host \"{id}\". See gantry hosts.")
        : Reply.Ok(new HostReply((await report.MakeAsync([found], token))[0]));

    private static Refusal? Check(ChangeHostBody wanted) =>
        HostRules.CheckName("class", wanted.Class ?? "") ?? HostRules.CheckName("zone", wanted.Zone ?? "")
        ?? (wanted.Labels ?? new Dictionary<string, string?>()).Select(l => HostRules.CheckLabel(l.Key, l.Value)).FirstOrDefault(r => r is not null);

    private static Host Apply(Host host, ChangeHostBody wanted)
    {
        var labels = new Dictionary<string, string>(host.Labels);
        foreach (var (name, value) in wanted.Labels ?? new Dictionary<string, string?>())
            if (value is null)
                labels.Remove(name);
            else
                labels[name] = value;
        return host with
        {
            Class = wanted.Class ?? host.Class, Zone = wanted.Zone ?? host.Zone, Labels = labels, Cordoned = wanted.Cordoned ?? host.Cordoned,
            Drain = wanted.Cordoned == false ? null : host.Drain,
        };
    }

    private static async Task<IResult> HotspotsAsync(IHostPlanner planner, CancellationToken token)
    {
        var report = await planner.HotspotsAsync(token);
        return Reply.Ok(new HotspotsReply(new HotspotsResource(
            [.. report.Heat.Select(h => new HostHeat(h.Host.Value, h.Resource, h.Capacity, h.Used, h.Forecast, h.IsHot))],
            [.. report.Moves.Select(ToWire)], report.Alarms)));
    }

    private static async Task<IResult> RepackAsync(
        string? objective, [FromQuery(Name = "max_moved")] double? maxMoved, double? price, [FromQuery(Name = "stop_the_world")] bool? stopTheWorld,
        IHostPlanner planner, CancellationToken token)
    {
        var planned = await planner.RepackAsync(new RepackQuestion(objective ?? "fewest-hosts", maxMoved ?? 1, price ?? 0, stopTheWorld == true), token);
        if (planned.Refusal is { } refusal)
            return Reply.Refused(refusal);
        var p = planned.Value;
        return Reply.Ok(new RepackingReply(new RepackingResource(
            new HostCount(p.HostsBefore, p.HostsAfter), p.Freed, p.SavedPerMonth, p.MovedShare, p.EstimatedSeconds, new Change(p.ImbalanceBefore, p.ImbalanceAfter),
            new Change(p.RiskBefore, p.RiskAfter), [.. p.Waves.Select(w => new MoveWaveResource([.. w.Moves.Select(ToWire)], w.EstimatedSeconds))], p.Kept, p.Alarms)));
    }

    private static HostMove ToWire(MoveView m) => new(m.Container.Value, m.From.Value, m.To.Value, m.Explanation);

    private static async Task<IResult> SnapshotAsync(IHostPlanner planner, CancellationToken token) =>
        Results.Bytes(await planner.SnapshotAsync(token), "application/json");

    private static async Task<IResult> ExplainAsync(
        string container, string? app, IContainerStore containers, IAppStore apps, IHostPlanner planner, CancellationToken token)
    {
        if (await FindAsync(container, app, containers, apps, token) is not { } found)
            return Reply.NotFound("container", $"There is no container \"{container}\"{(app is null ? "" : $" of the app {app}")}. Give its id, or its label and its app.");
        var report = await planner.ExplainAsync(found, token);
        var owner = await apps.FindByIdAsync(found.AppId, token);
        return Reply.Ok(new PlacementReply(new PlacementResource(
            found.Id.Value, owner?.Name.Value ?? found.AppId.Value, found.Label, found.State.ToString().ToLowerInvariant(), found.Host?.Value, found.PlacedAt,
            report.Decision, [.. report.Hosts.Select(h => new PlacementVerdict(h.Host.Value, h.IsHere, h.Fits, h.Explanation))])));
    }

    /// <summary>By id, or the newest of that label that has not stopped.</summary>
    private static async Task<Container?> FindAsync(string container, string? app, IContainerStore containers, IAppStore apps, CancellationToken token)
    {
        if (await containers.FindAsync(new ContainerId(container), token) is { } found)
            return found;
        return app is not null && await apps.FindAsync(app, token) is { } owner
            ? (await containers.ListLiveAsync(owner.Id, token)).LastOrDefault(c => c.Label == container)
            : null;
    }
}

using Gantry.Control.Hosts.Moves;
using Gantry.Control.Hosts.Remote;
using Gantry.Control.Hosts;
using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;

namespace Gantry.Api.Tests.Support;

/// <summary>The records of hosts without a scheduler: it says what the test can recognise.</summary>
internal sealed class FakePlanner(IHostStore hosts) : IHostPlanner
{
    private static readonly HostId Here = new("host-1");

    public async Task<IReadOnlyList<HostView>> ListAsync(CancellationToken token)
    {
        await hosts.RegisterAsync(
            new Host { Id = Here, Name = "box", Capacity = new Dictionary<string, long> { ["cpu"] = 2000, ["memory"] = 1 << 30 }, RegisteredAt = DateTimeOffset.UnixEpoch }, token);
        return [.. (await hosts.ListAsync(token)).Select(h => new HostView(h, h.Id == Here, HostPresence.Ready, 3, [new ResourceView("memory", 1 << 30, 2L << 30, 512 << 20, 100)]))];
    }

    public async Task<HostView?> ChangeAsync(HostId id, Func<Host, Host> change, CancellationToken token)
    {
        await ListAsync(token);
        return await hosts.UpdateAsync(id, change, token) is null ? null : (await ListAsync(token)).Single(h => h.Host.Id == id);
    }

    public Task<Outcome<Host>> RemoveAsync(HostId id, bool force, CancellationToken token) => hosts.RemoveAsync(id, DateTimeOffset.UtcNow, force, token);

    public Task<HotspotReport> HotspotsAsync(CancellationToken token) => Task.FromResult(new HotspotReport(
        [new HeatView(Here, "cpu", 2000, 1900, 1950, true)], [new MoveView(new ContainerId("ct-1"), Here, new HostId("host-2"), "it relieves most")], ["no room"]));

    public Task<PlacementReport> ExplainAsync(Container container, CancellationToken token) =>
        Task.FromResult(new PlacementReport(container.Placement, [new HostVerdict(Here, container.Host == Here, false, "0 of 1 hosts")]));

    public Task<Outcome<RepackView>> RepackAsync(RepackQuestion question, CancellationToken token) => Task.FromResult<Outcome<RepackView>>(
        question.Objective == "balance"
            ? new RepackView(3, 2, ["host-3"], question.PricePerHost, question.MaxMovedShare, 60, 0.5, 0.1, 0, 0,
                [new WaveView([new MoveView(new ContainerId("ct-1"), new HostId("host-3"), Here, "it frees host-3")], 60)], ["host-2 keeps 1 containers"], [])
            : Refusal.Invalid("objective", "must be one of balance"));

    public Task<ReadOnlyMemory<byte>> SnapshotAsync(CancellationToken token) => Task.FromResult<ReadOnlyMemory<byte>>("""{"version":2}"""u8.ToArray());
}

/// <summary>Drains of which one container moves and one can't.</summary>
internal sealed class FakeDrains(IHostStore hosts) : IHostDrains
{
    public async Task<Outcome<DrainView>> DrainAsync(HostId id, int? atOnce, CancellationToken token)
    {
        if (HostDrain.CheckAtOnce(atOnce) is { } refusal)
            return refusal;
        await hosts.UpdateAsync(id, h => h with { Cordoned = true, Drain = new HostDrain(DateTimeOffset.UnixEpoch, atOnce ?? 4, 3) }, token);
        return await ShowAsync(id, token);
    }

    public async Task<Outcome<DrainView>> ShowAsync(HostId id, CancellationToken token) =>
        (await hosts.ListAsync(token)).FirstOrDefault(h => h.Id == id) is not { } host ? Refusal.NotFound("host", "There is none.")
        : host.Drain is null ? Refusal.Conflict($"{id} is not drained.")
        : new DrainView(host, 3, [There(1, DepartureState.Moving, "host-2", null), There(2, DepartureState.Cannot, null, "0 of 2 hosts: 2 lack 512 MB")]);

    private static DepartureView There(int index, DepartureState state, string? to, string? why) => new(
        new Container
        {
            Id = new ContainerId($"ct-{index}"), AppId = new AppId("ap-1"), DeploymentId = new DeploymentId("d-1"), ImageId = new ImageId("im-1"), Type = "web", Index = index,
            Size = "M", Command = "serve", CreatedAt = DateTimeOffset.UnixEpoch,
        },
        "my-app", state, to is null ? null : new HostId(to), why);
}

/// <summary>A repacking of three moves that never goes on by itself.</summary>
internal sealed class FakeRepackings(IRepackingStore repackings) : IRepackings
{
    public async Task<Outcome<RepackingView>> BeginAsync(RepackQuestion question, int? atOnce, CancellationToken token)
    {
        if (HostDrain.CheckAtOnce(atOnce) is { } refusal)
            return refusal;
        var wanted = new Repacking
        {
            Objective = $"{question.Objective} {question.MaxMovedShare}", AtOnce = atOnce ?? 4, BeganAt = DateTimeOffset.UnixEpoch, Frees = [new HostId("host-3")],
            Moves = [Move(1) with { State = RepackingMoveState.Moved }, Move(2), Move(3), Move(4).GiveUp("no room")],
        };
        return await repackings.BeginAsync(wanted, token) is null ? Refusal.Conflict("There is one at a time.") : await ShowAsync(token);
    }

    public async Task<Outcome<RepackingView>> ShowAsync(CancellationToken token) => await repackings.FindAsync(token) is not { } found
        ? Refusal.NotFound("repacking", "There is none.")
        : new RepackingView(found, found.EndedAt is null ? new HashSet<ContainerId> { new("ct-2") } : new HashSet<ContainerId>(), found.State == RepackingState.Running ? "host-9 is drained first" : null);

    public async Task<Outcome<RepackingView>> ChangeAsync(RepackingState wanted, CancellationToken token)
    {
        if ((await repackings.FindAsync(token))?.EndedAt is not null)
            return Refusal.Conflict("It has ended.");
        await repackings.UpdateAsync(1, r => r with { State = wanted }, token);
        return await ShowAsync(token);
    }

    private static RepackingMove Move(int n) => new(new ContainerId($"ct-{n}"), "my-app", $"web-{n}", new HostId("host-3"), new HostId("host-1"), (n + 1) / 2, "host-3 is to be freed");
}

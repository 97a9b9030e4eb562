using Gantry.Agent.Runtime;
using Gantry.Conformance.Records;
using Gantry.Control.Formation;
using Gantry.Control.Hosts;
using Gantry.Control.Tests.Platform;
using Gantry.Domain;
using Gantry.Domain.Apps;
using Gantry.Domain.Containers;
using Gantry.Domain.Deployments;
using Gantry.Domain.Operations;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Control.Tests.Hosts;

/// <summary>What becomes of containers on a host that can promise only so much.</summary>
public sealed class PlacementTests : IAsyncDisposable
{
    private const string Refused = "0 of 1 hosts: 1 lacks 512 MB of promisable memory";

    private readonly ControlHost _host = new();

    [Fact]
    public async Task Container_Started_KeepsItsPlaceAndTheDecision()
    {
        var container = await _host.StepAsync((await _host.AddContainerAsync(await _host.AddAppAsync())).Id);

        Assert.Equal((new HostId("host-1"), container.StartedAt), (container.Host!.Value, container.PlacedAt));
        Assert.Matches("^host-1: best score .* of 1 that fit among 1 hosts looked at$", container.Placement);
    }

    [Fact]
    public async Task Container_OfTheCurrentRelease_WaitsForRoomAndGoesOnWhenThereIsSome()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync(webs: 2);
        var first = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        var second = await _host.StepAsync((await _host.AddContainerAsync(app, index: 2)).Id);
        _host.Time.Advance(TimeSpan.FromHours(1));
        second = await _host.StepAsync(second.Id);

        Assert.Equal((null, Refused, true), (second.Host, second.Placement, second.WaitsForRoom));
        Assert.Equal(["[gantry] web-2 waits for room: " + Refused], _host.Log.Of(app.Id));
        await _host.Containers.UpdateAsync(first.Id, c => c with { Wanted = false }, ControlHost.Token);
        _host.Runtime.Exit(first.Id, 0);
        Assert.Equal(ContainerState.Stopped, (await _host.StepAsync(first.Id)).State);
        Assert.Equal(new HostId("host-1"), (await _host.StepAsync(second.Id)).Host);
        Assert.Equal([first.Id, second.Id], _host.Runtime.Started.Select(s => s.Id));
    }

    [Fact]
    public async Task Container_ThatTakesASlotOver_FitsOnAFullHostAndLeavesItFull()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync();
        await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        var next = Next(app, "next");
        await _host.Containers.AddAsync([next], ControlHost.Token);

        Assert.Equal("host-1: it takes the place of my-app-1-web-1, which ends when it is ready", (await _host.StepAsync(next.Id)).Placement);
        Assert.True((await _host.StepAsync((await _host.AddContainerAsync(app, index: 2)).Id)).WaitsForRoom);
    }

    [Fact]
    public async Task Container_LargerThanTheOneItReplaces_NeedsRoomOfItsOwn()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync();
        await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        var next = Next(app, "next") with { Size = "L" };
        await _host.Containers.AddAsync([next], ControlHost.Token);

        Assert.Equal("0 of 1 hosts: 1 lacks 1 GB of promisable memory", (await _host.StepAsync(next.Id)).Placement);
    }

    [Fact]
    public async Task Container_ThatCrashed_KeepsItsPlaceForTheNextOfItsSlot()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync(webs: 2);
        var first = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        var waiting = await _host.AddContainerAsync(app, index: 2);
        _host.Runtime.Exit(first.Id, 1);
        Assert.Equal(ContainerState.Stopped, (await _host.StepAsync(first.Id)).State);

        Assert.True((await _host.StepAsync(waiting.Id)).WaitsForRoom);
        await _host.Get<ContainerPlacer>().ReadAsync(ControlHost.Token);
        Assert.True((await _host.StepAsync(waiting.Id)).WaitsForRoom);
        var next = (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Single(c => c.Index == 1);
        Assert.Equal((first.Host, first.Placement), (next.Host, next.Placement));
        Assert.NotNull((await _host.StepAsync(next.Id)).StartedAt);
    }

    [Fact]
    public async Task Containers_LostWithTheirHost_ComeBackThoughItPromisesLessNow()
    {
        var app = await _host.AddAppAsync();
        var first = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        await _host.StopAsync();
        _host.Runtime.LoseAll();
        _host.HaveRoomFor(0);
        await _host.StartAgainAsync();

        await Until.TrueAsync(() => _host.Runtime.Started.Count == 2, "the container that was lost");

        Assert.Equal(first.Host, (await _host.OnlyLiveAsync(app)).Host);
    }

    [Fact]
    public async Task Container_StartedByAnOlderGantry_HasItsPlaceHere()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync();
        var old = await _host.AddContainerAsync(app);
        await _host.Containers.UpdateAsync(old.Id, c => c with { StartedAt = _host.Time.GetUtcNow() }, ControlHost.Token);

        Assert.True((await _host.StepAsync((await _host.AddContainerAsync(app, index: 2)).Id)).WaitsForRoom);
        Assert.Equal(new HostId("host-1"), (await _host.Containers.FindAsync(old.Id, ControlHost.Token))!.Host);
    }

    [Fact]
    public async Task Scale_BeyondWhatTheHostCanPromise_EndsWithTheSentence()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync(webs: 2);
        var operation = new Operation(new OperationId("op-1"), app.Id, OperationType.Scale, OperationStatus.Pending, null, [], null, _host.Time.GetUtcNow(), null);
        await _host.Apps.BeginOperationAsync(operation, null, ControlHost.Token);
        await _host.Get<AppReconciler>().ReconcileAsync(app.Id, ControlHost.Token);
        foreach (var container in await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token))
            await _host.StepAsync(container.Id);

        await _host.Get<AppReconciler>().ReconcileAsync(app.Id, ControlHost.Token);

        var ended = (await _host.Apps.FindOperationAsync(app.Id, operation.Id, ControlHost.Token))!;
        Assert.Equal((OperationStatus.Error, $"web-2 has no place yet: {Refused}. It starts as soon as there is room."), (ended.Status, ended.Error));
        Assert.Equal(2, (await _host.Containers.ListLiveAsync(app.Id, ControlHost.Token)).Count);
    }

    [Fact]
    public async Task OneOff_WithoutRoom_IsRefusedAtOnceAndItsOperationSaysWhy()
    {
        _host.HaveRoomFor(0);
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app, ProcessTypes.OneOff);
        var operation = new Operation(new OperationId("op-1"), app.Id, OperationType.StartOneOff, OperationStatus.Pending, null, [], container.Id, _host.Time.GetUtcNow(), null);
        await _host.Apps.BeginOperationAsync(operation, null, ControlHost.Token);

        await _host.StepAsync(container.Id);

        var ended = (await _host.Apps.FindOperationAsync(app.Id, operation.Id, ControlHost.Token))!;
        Assert.Equal(OperationStatus.Error, ended.Status);
        Assert.StartsWith($"No host has room for it: {Refused}. Try again later", ended.Error);
        Assert.Equal(ContainerState.Stopped, (await _host.StepAsync(container.Id)).State);
    }

    [Fact]
    public async Task Release_WithoutRoomForLong_FailsItsDeploymentWithTheSentence()
    {
        _host.HaveRoomFor(0);
        var app = await _host.AddAppAsync();
        await _host.StartAsync();
        var deployment = await _host.QueueAsync(app, new DeploymentSource(SourceKind.Image, app.CurrentImageId!.Value.Value));

        await Until.TrueAsync(async () => (await OutputAsync(deployment)).Contains($"web-1 waits for room: {Refused}", StringComparison.Ordinal), "a word about the wait");
        await Until.TrueAsync(
            async () =>
            {
                _host.Time.Advance(TimeSpan.FromSeconds(10));
                return (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!.Status == DeploymentStatus.TimeoutError;
            },
            "the end of the deployment");

        var ended = (await _host.Deployments.FindAsync(deployment.Id, ControlHost.Token))!;
        Assert.StartsWith($"web-1 did not start: No host has room for it: {Refused}.", ended.FailureReason);
        Assert.Empty(_host.Runtime.Started);
    }

    [Fact]
    public async Task Build_OnAFullHost_RunsAndKeepsOthersOut()
    {
        _host.HaveRoomFor(3);
        var app = await _host.AddAppAsync();
        var placer = _host.Get<ContainerPlacer>();
        var container = await _host.AddContainerAsync(app);

        using (await placer.HoldBuildAsync(new ContainerId("ct-build"), app, ControlHost.Token))
        {
            await placer.ReadAsync(ControlHost.Token);
            Assert.True((await _host.StepAsync(container.Id)).WaitsForRoom);
        }

        Assert.NotNull((await _host.StepAsync(container.Id)).Host);
    }

    [Fact]
    public async Task Container_StartedBeforeItsPlaceWasWritten_IsTakenToBeHere()
    {
        _host.HaveRoomFor(0);
        var app = await _host.AddAppAsync();
        var container = await _host.AddContainerAsync(app);
        await _host.Runtime.StartAsync(
            new ContainerSpec
            {
                Id = container.Id, Stack = Samples.Digest('a'), Command = ["serve"], Hostname = "x", Environment = new Dictionary<string, string>(),
                Limits = new ContainerLimits(1, 1, 1, 1, 1), Log = new LogSource(app.Id, "web-1"),
            },
            ControlHost.Token);

        var adopted = await _host.StepAsync(container.Id);

        Assert.Equal((new HostId("host-1"), true), (adopted.Host!.Value, adopted.StartedAt is not null));
    }

    [Fact]
    public async Task Places_AskedForByManyAtOnce_AreNeverMoreThanPromised()
    {
        _host.HaveRoomFor(20);
        var app = await _host.AddAppAsync(webs: 50);
        var all = new List<Container>();
        for (var i = 1; i <= 50; i++)
            all.Add(await _host.AddContainerAsync(app, index: i));
        var placer = _host.Get<ContainerPlacer>();

        var places = await Task.WhenAll(all.Select(c => Task.Run(async () =>
        {
            if (c.Index % 10 == 0)
                await placer.ReadAsync(ControlHost.Token);
            return await placer.PlaceAsync(c, app, ControlHost.Token);
        })));

        Assert.Equal(20, places.Count(p => p.IsSuccess));
    }

    [Fact]
    public async Task Places_ThatAreForeseen_AreNotTaken()
    {
        _host.HaveRoomFor(2);
        var app = await _host.AddAppAsync(webs: 2);
        var formation = await _host.Apps.GetFormationAsync(app.Id, ControlHost.Token);
        var placer = _host.Get<ContainerPlacer>();

        Assert.Equal(["host-1"], (await placer.ForeseeAsync(app, app.CurrentImageId!.Value, formation, ControlHost.Token)).Select(h => h.Value));
        var placed = new[] { await _host.StepAsync((await _host.AddContainerAsync(app)).Id), await _host.StepAsync((await _host.AddContainerAsync(app, index: 2)).Id) };

        Assert.All(placed, c => Assert.NotNull(c.Host));
        // The host is full now, and still the one that runs the app.
        Assert.Equal(["host-1"], (await placer.ForeseeAsync(app, app.CurrentImageId!.Value, formation, ControlHost.Token)).Select(h => h.Value));
    }

    [Fact]
    public async Task Host_Cordoned_TakesNothingNewUntilItIsOpen()
    {
        var app = await _host.AddAppAsync();
        var planner = _host.Get<IHostPlanner>();
        await planner.ListAsync(ControlHost.Token);
        await planner.ChangeAsync(new HostId("host-1"), h => h with { Cordoned = true }, ControlHost.Token);
        var container = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);

        Assert.Equal("0 of 1 hosts: 1 cordoned", container.Placement);
        await planner.ChangeAsync(new HostId("host-1"), h => h with { Cordoned = false }, ControlHost.Token);
        Assert.NotNull((await _host.StepAsync(container.Id)).Host);
    }

    [Fact]
    public async Task Explanation_OfAContainer_TellsTheDecisionAndWhatTheHostSaysNow()
    {
        _host.HaveRoomFor(1);
        var app = await _host.AddAppAsync(webs: 2);
        var first = await _host.StepAsync((await _host.AddContainerAsync(app)).Id);
        var second = await _host.StepAsync((await _host.AddContainerAsync(app, index: 2)).Id);
        var planner = _host.Get<IHostPlanner>();

        var placed = await planner.ExplainAsync(first, ControlHost.Token);
        var waiting = await planner.ExplainAsync(second, ControlHost.Token);

        Assert.Equal((first.Placement, new HostId("host-1"), true, true), (placed.Decision, placed.Hosts[0].Host, placed.Hosts[0].IsHere, placed.Hosts[0].Fits));
        Assert.Equal((Refused, false, false, Refused), (waiting.Decision, waiting.Hosts[0].IsHere, waiting.Hosts[0].Fits, waiting.Hosts[0].Explanation));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<string> OutputAsync(Deployment deployment) => await _host.Deployments.ReadOutputAsync(deployment.Id, 0, ControlHost.Token) ?? "";

    /// <summary>A second container of the first slot, as a restart makes it.</summary>
    private Container Next(App app, string id) => new()
    {
        Id = new ContainerId(id), AppId = app.Id, DeploymentId = app.CurrentDeploymentId!.Value, ImageId = app.CurrentImageId!.Value, Type = "web", Index = 1,
        Size = "M", Command = "serve", CreatedAt = _host.Time.GetUtcNow(),
    };
}

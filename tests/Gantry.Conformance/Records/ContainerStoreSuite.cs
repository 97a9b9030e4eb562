using Gantry.Domain;
using Gantry.Domain.Containers;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="Store.Records.IContainerStore"/>.</summary>
public abstract class ContainerStoreSuite : RecordSuite
{
    private static readonly ContainerId _id = new("c-1");

    [Fact]
    public async Task Container_Stored_ComesBackWhole()
    {
        var environment = new Dictionary<string, string> { ["DEBUG"] = "1", ["PASSWORD"] = "s3cr3t" };
        await Containers.AddAsync([Samples.Container() with { ExtraEnvironment = environment }], Token);
        Assert.Equivalent(Samples.Container() with { ExtraEnvironment = environment }, await Containers.FindAsync(_id, Token), strict: true);
        Assert.Null(await Containers.FindAsync(new ContainerId("c-2"), Token));
    }

    [Fact]
    public async Task Containers_AddedTogether_AreAllThereOrNone()
    {
        await Containers.AddAsync([Samples.Container("c-1")], Token);
        await Assert.ThrowsAnyAsync<Exception>(() => Containers.AddAsync([Samples.Container("c-2"), Samples.Container("c-1")], Token));
        Assert.Null(await Containers.FindAsync(new ContainerId("c-2"), Token));
    }

    [Fact]
    public async Task LiveContainers_Listed_AreThoseNotStopped()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        foreach (var state in Enum.GetValues<ContainerState>())
            await Containers.AddAsync([Samples.Container($"c-{state}") with { State = state }], Token);
        await Containers.AddAsync([Samples.Container("c-bob", "ap-bobs-app")], Token);
        Assert.Equal(["c-Booting", "c-Running", "c-Stopping", "c-bob"], (await Containers.ListLiveAsync(Token)).Select(c => c.Id.Value));
        Assert.Equal(["c-bob"], (await Containers.ListLiveAsync(new AppId("ap-bobs-app"), Token)).Select(c => c.Id.Value));
    }

    [Fact]
    public async Task LiveContainers_OfAHost_AreThoseWithAPlaceThere_AndThoseWithNone()
    {
        await Containers.AddAsync(
            [
                Samples.Container("c-here") with { Host = new HostId("one") },
                Samples.Container("c-there") with { Host = new HostId("two") },
                Samples.Container("c-nowhere") with { Host = null, PlacedAt = null },
                Samples.Container("c-stopped") with { Host = new HostId("one"), State = ContainerState.Stopped },
            ],
            Token);
        Assert.Equal(["c-here", "c-nowhere"], (await Containers.ListLiveAsync(new HostId("one"), Token)).Select(c => c.Id.Value));
    }

    [Fact]
    public async Task UnsettledContainers_Listed_AreThoseThatDoNotSimplyRun()
    {
        foreach (var state in Enum.GetValues<ContainerState>())
            await Containers.AddAsync([Samples.Container($"c-{state}") with { State = state, Wanted = true }], Token);
        await Containers.AddAsync([Samples.Container("c-unwanted") with { State = ContainerState.Running, Wanted = false }], Token);
        Assert.Equal(["c-Booting", "c-Stopping", "c-unwanted"], (await Containers.ListUnsettledAsync(Token)).Select(c => c.Id.Value));
    }

    [Fact]
    public async Task Containers_ListedById_AreThoseThatThereAre_StoppedOnesIncluded()
    {
        await Containers.AddAsync([Samples.Container("c-1") with { State = ContainerState.Stopped }, Samples.Container("c-2"), Samples.Container("c-3")], Token);
        var ids = new[] { "c-3", "c-1", "c-none" }.Select(i => new ContainerId(i)).ToList();
        Assert.Equal(["c-1", "c-3"], (await Containers.ListAsync(ids, Token)).Select(c => c.Id.Value));
        Assert.Empty(await Containers.ListAsync([], Token));
    }

    [Fact]
    public async Task Containers_OfADeployment_AreListedStoppedOnesIncluded()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        await Containers.AddAsync(
            [
                Samples.Container("c-1") with { State = ContainerState.Stopped },
                Samples.Container("c-2"),
                Samples.Container("c-3") with { DeploymentId = new DeploymentId("d-2") },
                Samples.Container("c-4", "ap-bobs-app"),
            ],
            Token);
        Assert.Equal(["c-1", "c-2"], (await Containers.ListByDeploymentAsync(Samples.App().Id, new DeploymentId("d-1"), Token)).Select(c => c.Id.Value));
    }

    [Fact]
    public async Task Container_Updated_ChangesEveryField()
    {
        await Containers.AddAsync([Samples.Container()], Token);
        var wanted = Samples.Container() with
        {
            Attached = false, UserId = null, Wanted = true, State = ContainerState.Running, Host = null, PlacedAt = null, Placement = "0 of 1 hosts", Replaces = null, MovedAt = null, Address = null, Port = 0,
            ExitCode = null, ExitReason = null, Crashes = 0, BootAttempts = 0, BootFailed = false, NotBefore = null, StartedAt = null, ReadyAt = null, StoppedAt = null,
        };
        await Containers.UpdateAsync(_id, _ => wanted, Token);
        Assert.Equivalent(wanted, await Containers.FindAsync(_id, Token), strict: true);
        Assert.Null(await Containers.UpdateAsync(new ContainerId("c-2"), c => c, Token));
    }

    [Fact]
    public async Task Container_Replaced_EndsAndLeavesItsSlotInOneWrite()
    {
        await Containers.AddAsync([Samples.Container() with { State = ContainerState.Running, Wanted = true }], Token);

        await Assert.ThrowsAnyAsync<Exception>(() => Containers.ReplaceAsync(_id, Ended, Samples.Container(), Token));
        Assert.Equal(ContainerState.Running, (await Containers.FindAsync(_id, Token))!.State);
        var ended = await Containers.ReplaceAsync(_id, Ended, Samples.Container("c-2"), Token);

        Assert.Equal((ContainerState.Stopped, "it ended"), (ended!.State, ended.ExitReason));
        Assert.Equivalent(Samples.Container("c-2"), Assert.Single(await Containers.ListLiveAsync(Token)), strict: true);
        Assert.Null(await Containers.ReplaceAsync(_id, Ended, Samples.Container("c-3"), Token));
        Assert.Null(await Containers.ReplaceAsync(new ContainerId("c-9"), Ended, Samples.Container("c-3"), Token));
        Assert.Equal("c-2", Assert.Single(await Containers.ListLiveAsync(Token)).Id.Value);
    }

    [Fact]
    public async Task Containers_ChangedByManyAtOnce_AreAllChanged_AndWhatCannotBeWrittenFailsAlone()
    {
        await Containers.AddAsync([.. Enumerable.Range(0, 300).Select(i => Samples.Container($"c-{i}") with { State = ContainerState.Running, Wanted = true, Crashes = 0 })], Token);

        var counted = Enumerable.Range(0, 1200).Select(i => Containers.UpdateAsync(new ContainerId($"c-{i % 200}"), c => c with { Crashes = c.Crashes + 1 }, Token)).ToList();
        var ended = Enumerable.Range(200, 100).Select(i => Containers.ReplaceAsync(new ContainerId($"c-{i}"), Ended, Samples.Container($"d-{i}"), Token)).ToList();
        var wrong = Containers.ReplaceAsync(new ContainerId("c-0"), Ended, Samples.Container("c-1"), Token);
        await Task.WhenAll([.. counted, .. ended]);

        await Assert.ThrowsAnyAsync<Exception>(() => wrong);
        var live = (await Containers.ListLiveAsync(Token)).ToDictionary(c => c.Id.Value);
        Assert.Equal(300, live.Count);
        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal((ContainerState.Running, 6), (live[$"c-{i}"].State, live[$"c-{i}"].Crashes)));
        Assert.All(Enumerable.Range(200, 100), i => Assert.Contains($"d-{i}", live));
    }

    [Fact]
    public async Task Container_ThatIsNotWanted_EndsAndIsNotReplaced()
    {
        await Containers.AddAsync([Samples.Container() with { State = ContainerState.Running, Wanted = false }], Token);

        Assert.Equal(ContainerState.Stopped, (await Containers.ReplaceAsync(_id, Ended, Samples.Container("c-2"), Token))!.State);
        Assert.Empty(await Containers.ListLiveAsync(Token));
    }

    private static Container Ended(Container c) => c with { State = ContainerState.Stopped, ExitReason = "it ended" };

    [Fact]
    public async Task Container_WhoseStateWouldMoveBack_KeepsItAndTakesTheRest()
    {
        await Containers.AddAsync([Samples.Container() with { State = ContainerState.Stopped }], Token);
        var changed = await Containers.UpdateAsync(_id, c => c with { State = ContainerState.Running, ExitCode = 1 }, Token);
        Assert.Equal((ContainerState.Stopped, 1), (changed!.State, changed.ExitCode));
        Assert.Equal((ContainerState.Stopped, 1), ((await Containers.FindAsync(_id, Token))!.State, changed.ExitCode));
    }

    [Fact]
    public async Task OneOffIndex_AskedForByManyAtOnce_IsUniqueInTheApp()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        var indexes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Containers.NextOneOffIndexAsync(Samples.App().Id, Token))));
        Assert.Equal(20, indexes.Distinct().Count());
        Assert.Equal(indexes.Min(), await Containers.NextOneOffIndexAsync(new AppId("ap-bobs-app"), Token));
    }

    [Fact]
    public async Task StoppedContainers_Pruned_AreForgottenWhenOldEnough()
    {
        await Containers.AddAsync(
            [
                Samples.Container("c-old") with { State = ContainerState.Stopped, StoppedAt = Samples.Now },
                Samples.Container("c-new") with { State = ContainerState.Stopped, StoppedAt = Samples.Now.AddHours(2) },
                Samples.Container("c-live") with { StoppedAt = null },
            ],
            Token);
        await Containers.PruneStoppedAsync(Samples.Now.AddHours(1), Token);
        Assert.Null(await Containers.FindAsync(new ContainerId("c-old"), Token));
        Assert.NotNull(await Containers.FindAsync(new ContainerId("c-new"), Token));
        Assert.NotNull(await Containers.FindAsync(new ContainerId("c-live"), Token));
    }
}

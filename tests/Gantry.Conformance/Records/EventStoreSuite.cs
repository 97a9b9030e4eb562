using Gantry.Domain;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="Store.Records.IEventStore"/>.</summary>
public abstract class EventStoreSuite : RecordSuite
{
    [Fact]
    public async Task Event_Stored_ComesBackWhole()
    {
        await Events.AddAsync(Samples.Event(), Token);
        var (page, total) = await Events.ListByAppAsync(Samples.App().Id, null, 1, 10, Token);
        Assert.Equal([Samples.Event()], page);
        Assert.Equal(1, total);
    }

    [Fact]
    public async Task Events_OfAnApp_AreNewestFirstFromATimeOn()
    {
        for (var i = 0; i < 6; i++)
            await Events.AddAsync(Samples.Event($"ev-{i}") with { CreatedAt = Samples.Now.AddHours(i / 2) }, Token);
        var (page, total) = await Events.ListByAppAsync(Samples.App().Id, Samples.Now.AddHours(1), 1, 3, Token);
        Assert.Equal(["ev-5", "ev-4", "ev-3"], page.Select(e => e.Id.Value));
        Assert.Equal(4, total);
        Assert.Equal(["ev-2"], (await Events.ListByAppAsync(Samples.App().Id, Samples.Now.AddHours(1), 2, 3, Token)).Page.Select(e => e.Id.Value));
    }

    [Fact]
    public async Task Events_OfAUser_AreThoseOfTheirAppsAndAccount()
    {
        await Events.AddAsync(Samples.Event("by-alice"), Token);
        await Events.AddAsync(Samples.Event("by-operator-bob", user: "us-bob"), Token);
        await Events.AddAsync(Samples.Event("account", app: null), Token);
        await Events.AddAsync(Samples.Event("account-of-bob", app: null, user: "us-bob"), Token);
        Assert.Equal(
            ["account", "by-operator-bob", "by-alice"],
            (await Events.ListByUserAsync(new UserId("us-alice"), 1, 10, Token)).Page.Select(e => e.Id.Value));
        Assert.Equal(1, (await Events.ListByUserAsync(new UserId("us-bob"), 1, 10, Token)).Total);
    }

    [Fact]
    public async Task Events_OfThePlatform_AreInNobodysTimelineButItsOwn()
    {
        var drained = Samples.Event("drained", app: null, user: "us-bob") with { OfPlatform = true };
        await Events.AddAsync(drained with { Id = new EventId("cordoned"), CreatedAt = Samples.Now.AddHours(-1) }, Token);
        await Events.AddAsync(drained, Token);
        await Events.AddAsync(Samples.Event("account-of-bob", app: null, user: "us-bob"), Token);

        var (page, total) = await Events.ListByPlatformAsync(1, 1, Token);

        Assert.Equal([drained], page);
        Assert.Equal(2, total);
        Assert.Equal(["cordoned"], (await Events.ListByPlatformAsync(2, 1, Token)).Page.Select(e => e.Id.Value));
        Assert.Equal(["account-of-bob"], (await Events.ListByUserAsync(new UserId("us-bob"), 1, 10, Token)).Page.Select(e => e.Id.Value));
    }

    [Fact]
    public async Task Events_OfARemovedApp_StayInItsOwnersTimeline()
    {
        await Events.AddAsync(Samples.Event("ev-1", user: "us-bob"), Token);
        await Apps.RemoveAsync(Samples.App().Id, Token);
        Assert.Equal(1, (await Events.ListByUserAsync(new UserId("us-alice"), 1, 10, Token)).Total);
    }

    [Fact]
    public async Task Events_Pruned_KeepTheYoungAndTheNewestOfEachApp()
    {
        await Apps.AddAsync(Samples.App("bobs-app", "us-bob"), Token);
        await Task.WhenAll(Enumerable.Range(0, 1500).Select(i => Events.AddAsync(Samples.Event($"old-{i}"), Token)));
        for (var i = 1; i <= 4; i++)
            await Events.AddAsync(Samples.Event($"ev-{i}") with { CreatedAt = Samples.Now.AddHours(i) }, Token);
        await Events.AddAsync(Samples.Event("ev-bob", "ap-bobs-app", "us-bob") with { CreatedAt = Samples.Now.AddHours(1) }, Token);

        await Events.PruneAsync(Samples.Now.AddMinutes(1), 3, Token);

        Assert.Equal(["ev-4", "ev-3", "ev-2"], (await Events.ListByAppAsync(Samples.App().Id, null, 1, 10, Token)).Page.Select(e => e.Id.Value));
        Assert.Equal(1, (await Events.ListByAppAsync(new AppId("ap-bobs-app"), null, 1, 10, Token)).Total);
    }
}

using Gantry.Domain;
using Gantry.Domain.Usage;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="IUsageStore"/>.</summary>
public abstract class UsageStoreSuite : RecordSuite
{
    private const string Host = "host-1";
    private static readonly DateTimeOffset Noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private IUsageStore Usage => Port<IUsageStore>();

    [Fact]
    public async Task Record_Opened_ComesBackWholeAndOnlyOnItsHost()
    {
        await OpenAsync(Record("c-1", 0));
        await Usage.ApplyAsync("host-2", new UsageChanges([Record("c-2", 0) with { Host = "host-2" }], []), null, Token);
        await RestartAsync();
        Assert.Equal([Record("c-1", 0)], await Usage.ListOpenAsync(Host, Token));
    }

    [Fact]
    public async Task Record_OpenedAndClosedAgain_StaysAsItWasFirst()
    {
        await OpenAsync(Record("c-1", 0));
        await CloseAsync(Record("c-1", 0).ClosedAt(60));
        await CloseAsync(Record("c-1", 0).ClosedAt(90));
        await OpenAsync(Record("c-1", 30));
        Assert.Empty(await Usage.ListOpenAsync(Host, Token));
        Assert.Equal(60, await SecondsAsync());
    }

    [Fact]
    public async Task Record_Open_EndsWhereItsHostWasLastSeen()
    {
        await OpenAsync(Record("c-1", 10));
        Assert.Equal(0, await SecondsAsync());
        await SeeAsync("boot-1", 35);
        Assert.Equal(25, await SecondsAsync());
        Assert.True(Assert.Single(await Usage.ListAsync(Noon, Noon.AddDays(1), 10, Token)).Open);
        await SeeAsync("boot-2", 500);
        Assert.Equal(0, await SecondsAsync());
    }

    [Fact]
    public async Task Sighting_Noted_ReplacesTheOneBefore()
    {
        Assert.Null(await Usage.FindSightingAsync(Host, Token));
        await SeeAsync("boot-1", 5);
        await SeeAsync("boot-2", 3);
        Assert.Equal(new HostSighting(new BootTime("boot-2", 3), Noon), await Usage.FindSightingAsync(Host, Token));
    }

    [Fact]
    public async Task Sightings_OfManyHosts_AreEachNoted()
    {
        await SeeAsync("boot-1", 5);
        var sightings = new Dictionary<string, HostSighting> { [Host] = new(new BootTime("boot-1", 9), Noon), ["other"] = new(new BootTime("boot-3", 1), Noon) };
        await Usage.SeeAsync(sightings, Token);
        Assert.Equal(sightings[Host], await Usage.FindSightingAsync(Host, Token));
        Assert.Equal(sightings["other"], await Usage.FindSightingAsync("other", Token));
    }

    [Fact]
    public async Task Announcement_OfAContainer_IsWhomItIsBilledTo()
    {
        var build = Record("c-build", 7) with { Subject = Subject("c-build") with { Kind = UsageKind.Build, Type = "build", Size = "build" } };
        await Usage.AnnounceAsync(build.Subject, Noon, Token);
        Assert.Equal([build.Subject], await Usage.ListAnnouncedAsync([new ContainerId("c-build"), new ContainerId("c-other")], Token));
        Assert.Empty(await Usage.ListOpenAsync(Host, Token));
        Assert.Equal(0, await SecondsAsync());
        await OpenAsync(build);
        await Usage.AnnounceAsync(build.Subject, Noon, Token);
        Assert.Equal([build], await Usage.ListOpenAsync(Host, Token));
    }

    [Fact]
    public async Task Sums_OfAdjacentPeriods_AddUpToTheWhole()
    {
        for (var i = 0; i < 20; i++)
            await OpenAsync(Record($"c-{i}", i * 13, i % 2 == 0 ? "S" : "M").ClosedAt(i * 13 + 100));
        var whole = await Usage.SumAsync(Noon, Noon.AddHours(1), true, Token);
        var parts = new List<UsageTotal>();
        for (var minute = 0; minute < 60; minute++)
            parts.AddRange(await Usage.SumAsync(Noon.AddMinutes(minute), Noon.AddMinutes(minute + 1), true, Token));
        Assert.Equal(["S", "M"], whole.OrderBy(t => t.MemoryBytes).Select(t => t.Size));
        Assert.All(whole, t => Assert.Equal((1000, 10, "my-app-1"), (t.Seconds, t.Containers, t.AppName)));
        Assert.Equal(2000, parts.Sum(t => t.Seconds));
    }

    [Fact]
    public async Task Sums_ByOwner_CountAppsThatAreGone()
    {
        await OpenAsync(Record("c-1", 0).ClosedAt(60));
        await OpenAsync((Record("c-2", 0) with { Subject = Subject("c-2") with { AppId = new AppId("ap-gone"), AppName = "gone" } }).ClosedAt(30));
        await Apps.RemoveAsync(Samples.App().Id, Token);
        var byOwner = Assert.Single(await Usage.SumAsync(Noon, Noon.AddDays(1), false, Token));
        Assert.Equal((new UserId("us-alice"), (AppId?)null, 2, 90), (byOwner.OwnerId, byOwner.AppId, byOwner.Containers, byOwner.Seconds));
        Assert.Equal(["gone", "my-app-1"], (await Usage.SumAsync(Noon, Noon.AddDays(1), true, Token)).Select(t => t.AppName).Order());
    }

    [Fact]
    public async Task Periods_Listed_AreCutToWhatWasAskedFor()
    {
        await OpenAsync(Record("c-1", 0).ClosedAt(100));
        await OpenAsync(Record("c-2", 200).ClosedAt(300));
        var part = Assert.Single(await Usage.ListAsync(Noon.AddSeconds(40), Noon.AddSeconds(200), 10, Token));
        Assert.Equal((Noon.AddSeconds(40), Noon.AddSeconds(100), 60), (part.From, part.To, part.Seconds));
        Assert.Single(await Usage.ListAsync(Noon, Noon.AddDays(1), 1, Token));
    }

    [Fact]
    public async Task Records_Pruned_KeepTheOpenAndTheYoung()
    {
        await OpenAsync(Record("old", 0).ClosedAt(10));
        await OpenAsync(Record("open", 0));
        await OpenAsync(Record("young", 0).ClosedAt(100));
        await Usage.AnnounceAsync(Subject("never-started"), Noon, Token);
        await Usage.PruneAsync(Noon.AddSeconds(50), Token);
        Assert.Equal(["open", "young"], (await Usage.ListAnnouncedAsync([.. new[] { "old", "open", "young", "never-started" }.Select(i => new ContainerId(i))], Token))
            .Select(s => s.ContainerId.Value).Order());
    }

    private static UsageSubject Subject(string id, string size = "M") => new(
        new ContainerId(id), UsageKind.Container, Samples.App().Id, "my-app-1", new UserId("us-alice"), "web", size, size == "S" ? 256 << 20 : 512 << 20);

    /// <summary>Started at noon and some seconds, which are also the uptime of its host.</summary>
    private static UsageRecord Record(string id, int start, string size = "M") =>
        new(Subject(id, size), Host, new BootTime("boot-1", start), Noon.AddSeconds(start), null);

    private Task OpenAsync(UsageRecord record) => Usage.ApplyAsync(Host, new UsageChanges([record], []), null, Token);

    private Task CloseAsync(UsageRecord record) => Usage.ApplyAsync(Host, new UsageChanges([], [record]), null, Token);

    private Task SeeAsync(string boot, long uptime) =>
        Usage.ApplyAsync(Host, new UsageChanges([], []), new HostSighting(new BootTime(boot, uptime), Noon), Token);

    private async Task<long> SecondsAsync() => (await Usage.SumAsync(Noon.AddDays(-1), Noon.AddDays(1), false, Token)).Sum(t => t.Seconds);
}

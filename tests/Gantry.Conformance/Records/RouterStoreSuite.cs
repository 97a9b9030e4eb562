using Gantry.Domain;
using Gantry.Domain.Containers;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="IRouterStore"/>.</summary>
public abstract class RouterStoreSuite : RecordSuite
{
    private static readonly AppId _one = new("ap-one");
    private static readonly AppId _two = new("ap-two");

    private IRouterStore Routers => Port<IRouterStore>();

    [Fact]
    public async Task Changes_AreToldInOrder()
    {
        await SeesAsync(0, 0);
        var first = await Routers.AddChangeAsync(_one, Token);
        var second = await Routers.AddChangeAsync(_two, Token);
        Assert.True(second > first && first > 0);

        await SeesAsync(0, second, _one, _two);
        await SeesAsync(first, second, _two);
        await SeesAsync(second, second);
        await RestartAsync();
        await SeesAsync(first, second, _two);
    }

    [Fact]
    public async Task Changes_SinceOneThatIsNotKnownAnyMore_MayBeOfAllApps()
    {
        await Routers.AddChangeAsync(_one, Token);
        Assert.Null((await Routers.ListChangesAsync(-1, Token)).Apps);
        // After a restore of records that were younger.
        Assert.Null((await Routers.ListChangesAsync(77, Token)).Apps);
        for (var batch = 0; batch < 21; batch++)
            await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Routers.AddChangeAsync(new AppId($"ap-{batch}-{i}"), Token)));
        Assert.Null((await Routers.ListChangesAsync(0, Token)).Apps);
        Assert.Null((await Routers.ListChangesAsync(1, Token)).Apps);
        var (last, apps) = await Routers.ListChangesAsync(10_000, Token);
        Assert.Equal((10_501, 501), (last, apps!.Count));
    }

    /// <summary>A reader that has seen a number has seen all before it: a hole would be a change that nobody hears of.</summary>
    [Fact]
    public async Task Changes_OfManyAtOnce_LeaveNoHoles_ForWhoReadsMeanwhile()
    {
        var adding = Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => Routers.AddChangeAsync(new AppId($"ap-{i}"), Token))));
        var (at, seen) = (0L, new List<AppId>());
        while (seen.Count < 200)
        {
            var changes = await Routers.ListChangesAsync(at, Token);
            Assert.Equal(changes.Last - at, changes.Apps!.Count);
            seen.AddRange(changes.Apps);
            at = changes.Last;
        }

        Assert.Equal(at, (await adding).Max());
        Assert.Equal(200, seen.Distinct().Count());
    }

    /// <summary>Who reads that the routes of an app changed reads what they are now.</summary>
    [Fact]
    public async Task Change_ThatIsWrittenWithItsContainer_IsThereWithIt_OrNotAtAll()
    {
        await AddAsync(1);
        var container = new ContainerId("c-0");
        await Assert.ThrowsAsync<TimeoutException>(() => Containers.UpdateRouteAsync(container, _ => throw new TimeoutException(), Token));
        Assert.Null(await Containers.UpdateRouteAsync(new ContainerId("c-none"), c => c, Token));
        await SeesAsync(0, 0);

        var updating = Containers.UpdateRouteAsync(container, c => c with { State = ContainerState.Running }, Token);
        while ((await Routers.ListChangesAsync(0, Token)).Last == 0)
            await Task.Yield();
        Assert.Equal(ContainerState.Running, (await Containers.FindAsync(container, Token))!.State);
        Assert.Equal(ContainerState.Running, (await updating)!.State);
        await SeesAsync(0, 1, Samples.Container().AppId);
    }

    [Fact]
    public async Task Changes_WithContainersAndWithout_AreAllTold_ThoughTheyMeet()
    {
        await AddAsync(100);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            await Containers.UpdateRouteAsync(new ContainerId($"c-{i}"), c => c with { State = ContainerState.Running }, Token);
            await Routers.AddChangeAsync(new AppId($"ap-{i}"), Token);
        })));

        var changes = await Routers.ListChangesAsync(0, Token);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => new AppId($"ap-{i}")).Append(Samples.Container().AppId).ToHashSet(), changes.Apps);
        Assert.All(await Containers.ListLiveAsync(Token), c => Assert.Equal(ContainerState.Running, c.State));
    }

    [Fact]
    public async Task Report_IsTheLastWordOfItsRouter_UntilItIsRemoved()
    {
        var (a, b) = (new RouterReport("a", 3, 1, new HashSet<ContainerId>()), new RouterReport("b", 0, 7, new HashSet<ContainerId> { new("c-1"), new("c-2") }));
        await Routers.ReportAsync(b, Token);
        await Routers.ReportAsync(a, Token);
        await Routers.ReportAsync(a = a with { Change = 4, Beat = 2 }, Token);
        await RestartAsync();

        var reports = await Routers.ListReportsAsync(Token);
        Assert.Equal(["a", "b"], reports.Select(r => r.Router));
        Assert.Equal((a.Change, a.Beat, 0), (reports[0].Change, reports[0].Beat, reports[0].Draining.Count));
        Assert.Equal((b.Change, b.Beat), (reports[1].Change, reports[1].Beat));
        Assert.Equal(b.Draining, reports[1].Draining);

        await Routers.RemoveReportAsync("a", Token);
        await Routers.RemoveReportAsync("nobody", Token);
        Assert.Equal("b", Assert.Single(await Routers.ListReportsAsync(Token)).Router);
    }

    private Task AddAsync(int containers) =>
        Containers.AddAsync([.. Enumerable.Range(0, containers).Select(i => Samples.Container($"c-{i}"))], Token);

    private async Task SeesAsync(long after, long last, params AppId[] apps)
    {
        var changes = await Routers.ListChangesAsync(after, Token);
        Assert.Equal(last, changes.Last);
        Assert.Equal(apps.ToHashSet(), changes.Apps);
    }
}

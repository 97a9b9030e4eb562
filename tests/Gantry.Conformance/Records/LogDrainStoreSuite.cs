using Gantry.Domain;
using Gantry.Domain.Logs;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="ILogDrainStore"/>.</summary>
public abstract class LogDrainStoreSuite : RecordSuite
{
    private ILogDrainStore Drains => Port<ILogDrainStore>();

    [Fact]
    public async Task Drain_Stored_ComesBackWholeAndOnce()
    {
        Assert.True(await Drains.AddAsync(Drain("1"), Token));
        Assert.False(await Drains.AddAsync(Drain("1") with { Cursor = "other" }, Token));

        Assert.Equal([Drain("1")], await Drains.ListAsync(Samples.App().Id, Token));
        Assert.Equal(Drain("1"), await Drains.FindAsync("1", Token));
        Assert.Empty(await Drains.ListAsync(new AppId("ap-other"), Token));
    }

    [Fact]
    public async Task Cursor_Saved_ComesBackAndDoesNotReviveADrain()
    {
        await Drains.AddAsync(Drain("1"), Token);
        await Drains.SaveCursorAsync("1", "web-1.c1@0.1.2.3", Token);
        Assert.Equal("web-1.c1@0.1.2.3", (await Drains.FindAsync("1", Token))!.Cursor);
        Assert.True(await Drains.RemoveAsync("1", Token));
        Assert.False(await Drains.RemoveAsync("1", Token));
        await Drains.SaveCursorAsync("1", "x", Token);

        Assert.Null(await Drains.FindAsync("1", Token));
    }

    [Fact]
    public async Task Drains_OfARemovedApp_GoWithIt()
    {
        await Drains.AddAsync(Drain("1"), Token);
        await Drains.AddAsync(Drain("2") with { CreatedAt = Samples.Now.AddHours(1) }, Token);
        Assert.Equal(["1", "2"], await Drains.ListIdsAsync(Token));
        await Apps.RemoveAsync(Samples.App().Id, Token);

        Assert.Empty(await Drains.ListIdsAsync(Token));
    }

    private static LogDrain Drain(string id) => new(id, Samples.App().Id, $"datadog://TOKEN{id}?region=eu", "", Samples.Now);
}

using Gantry.Domain;
using Gantry.Domain.Hosts;
using Gantry.Store.Records;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="IRepackingStore"/>.</summary>
public abstract class RepackingStoreSuite : RecordSuite
{
    private IRepackingStore Repackings => Port<IRepackingStore>();

    [Fact]
    public async Task Repacking_Begun_ComesBackWhole()
    {
        Assert.Null(await Repackings.FindAsync(Token));
        var begun = await Repackings.BeginAsync(Samples.Repacking(), Token);
        await RestartAsync();
        Assert.Equivalent(Samples.Repacking() with { Number = 1 }, begun, strict: true);
        Assert.Equivalent(begun, await Repackings.FindAsync(Token), strict: true);
        // It has ended, as the sample has.
        Assert.Null(await Repackings.FindUnendedAsync(Token));
    }

    [Fact]
    public async Task Repacking_BegunBeforeTheLastHasEnded_IsRefused_AndTakesItsPlaceAfterwards()
    {
        var going = Samples.Repacking() with { EndedAt = null };
        await Repackings.BeginAsync(going, Token);
        Assert.Null(await Repackings.BeginAsync(going with { Objective = "balance" }, Token));
        Assert.Equal("fewest-hosts", (await Repackings.FindUnendedAsync(Token))!.Objective);

        await Repackings.UpdateAsync(1, r => r with { EndedAt = Samples.Now.AddHours(1) }, Token);
        var next = await Repackings.BeginAsync(going with { Objective = "balance", BeganAt = Samples.Now.AddHours(2) }, Token);
        Assert.Equal((2, "balance", Samples.Now.AddHours(2), null), (next!.Number, next.Objective, next.BeganAt, next.EndedAt));
        Assert.Null(await Repackings.UpdateAsync(1, r => r, Token));
        Assert.Equivalent(next, await Repackings.FindAsync(Token), strict: true);
    }

    [Fact]
    public async Task Repackings_BegunAtOnce_AreOne()
    {
        var going = Samples.Repacking() with { EndedAt = null };
        var begun = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Repackings.BeginAsync(going, Token))));
        Assert.Equal(1, Assert.Single(begun, b => b is not null)!.Number);
    }

    [Fact]
    public async Task Repacking_Updated_ChangesWhatMayChange()
    {
        await Repackings.BeginAsync(Samples.Repacking(), Token);
        var wanted = Samples.Repacking() with
        {
            Number = 1, State = RepackingState.Paused, EndedAt = null, Frees = [], Freed = [new HostId("host-7")], Why = null,
            Moves = [Samples.Repacking().Moves[1].GiveUp("no room")],
        };
        Assert.Equivalent(wanted, await Repackings.UpdateAsync(1, r => wanted with { BeganAt = r.BeganAt.AddDays(1), Number = 9 }, Token), strict: true);
        Assert.Equivalent(wanted, await Repackings.FindAsync(Token), strict: true);
    }
}

using Gantry.Coordination;
using Gantry.Domain.Apps;
using Gantry.Store.Records;
using Gantry.Tests;
using Xunit;

namespace Gantry.Conformance.Records;

/// <summary>Contract of <see cref="ITermStore"/>, and what it means for every other store.</summary>
public abstract class TermSuite : RecordSuite
{
    private ITermStore Terms => Port<ITermStore>();

    [Fact]
    public async Task Term_Begun_HasAGreaterNumberThanAllBefore_WhateverTheLeaseSays()
    {
        Assert.Null(await Terms.FindAsync(Token));
        Assert.Equal(7, (await BeginAsync(7)).Number);
        Assert.Equal(12, (await BeginAsync(12)).Number);
        await RestartAsync();
        // An etcd that lost its data counts from 1 again.
        Assert.Equal(13, (await BeginAsync(1)).Number);
        Assert.Equal(14, (await BeginAsync(13)).Number);
        Assert.Equal(new LeaderTerm(14, "one 1", Samples.Now), await Terms.FindAsync(Token));
    }

    [Fact]
    public async Task Write_OfTheNewestTerm_IsTaken_AsIsOneOfNoTerm()
    {
        using var term = new Term((await BeginAsync(1)).Number, CancellationToken.None);
        await InAsync(term, () => RenameAsync("leader"));
        Assert.Equal("leader", await NameAsync());
        await RenameAsync("user");
        Assert.Equal("user", await NameAsync());
    }

    [Fact]
    public async Task Write_OfAnEarlierTerm_IsRefused_AndThatTermIsOver()
    {
        using var term = new Term((await BeginAsync(1)).Number, CancellationToken.None);
        await BeginAsync(2);

        await Assert.ThrowsAsync<TermOverException>(() => InAsync(term, () => RenameAsync("stale")));

        Assert.Equal("alice", await NameAsync());
        Assert.True(term.Ended.IsCancellationRequested);
    }

    /// <summary>One of each store, so that none has a way of its own to the engine.</summary>
    [Fact]
    public async Task Writes_OfAnEarlierTerm_AreRefusedByEveryStore()
    {
        var stale = (await BeginAsync(1)).Number;
        await BeginAsync(2);
        Func<Task>[] writes =
        [
            () => Accounts.AddUserAsync(Samples.User("zoe"), null, Token),
            () => Apps.SetFormationAsync(Samples.App().Id, [new ProcessFormation("web", 3, "M", "serve")], Token),
            () => Deployments.AddImageAsync(Samples.Image("im-1", Samples.App().Id.Value), Token),
            () => Containers.PruneStoppedAsync(Samples.Now, Token),
            () => Events.AddAsync(Samples.Event(), Token),
            () => Port<IHostStore>().RegisterAsync(Samples.Host(), Token),
            () => Port<IRepackingStore>().BeginAsync(Samples.Repacking(), Token),
            () => Port<IRouterStore>().AddChangeAsync(Samples.App().Id, Token),
            () => Port<IUsageStore>().PruneAsync(Samples.Now, Token),
            () => Port<ILogDrainStore>().SaveCursorAsync("d1", "here", Token),
            () => Port<IAuthorityStore>().AddAsync(new AuthorityRecord("x", "y", "z", Samples.Now), Token),
        ];
        foreach (var write in writes)
        {
            using var term = new Term(stale, CancellationToken.None);
            await Assert.ThrowsAsync<TermOverException>(() => InAsync(term, write));
        }
    }

    [Fact]
    public async Task Write_OfATermWhoseLeaseIsLost_IsRefused_AlsoWhileNobodyElseLeads()
    {
        using var lost = new CancellationTokenSource();
        using var term = new Term((await BeginAsync(1)).Number, lost.Token);
        await lost.CancelAsync();
        await Assert.ThrowsAsync<TermOverException>(() => InAsync(term, () => RenameAsync("stale")));
        Assert.Equal("alice", await NameAsync());
    }

    /// <summary>What the new leader reads after its beginning must be all that its predecessor ever wrote.</summary>
    [Fact]
    public async Task Writes_UnderWayWhenANewTermBegins_AreThereBeforeItHasBegun_OrNever()
    {
        for (var round = 1; round <= 5; round++)
        {
            using var term = new Term((await BeginAsync(1)).Number, CancellationToken.None);
            await RenameAsync("");
            var writers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => InAsync(term, async () =>
            {
                while (true)
                    await Apps.UpdateAsync(Samples.App().Id, a => a with { LastDeployedBy = a.LastDeployedBy + "+" }, Token);
            }))).ToList();
            await Until.TrueAsync(async () => (await NameAsync()).Length > 5 * round, "the old leader writes");

            await BeginAsync(1);
            var seen = await NameAsync();
            foreach (var writer in writers)
                await Assert.ThrowsAsync<TermOverException>(() => writer);
            Assert.Equal(seen, await NameAsync());
        }
    }

    private Task<LeaderTerm> BeginAsync(long atLeast) => Terms.BeginAsync("one 1", atLeast, Samples.Now, Token);

    private Task RenameAsync(string name) => Apps.UpdateAsync(Samples.App().Id, a => a with { LastDeployedBy = name }, Token);

    private async Task<string> NameAsync() => (await Apps.FindByIdAsync(Samples.App().Id, Token))!.LastDeployedBy!;

    private static async Task InAsync(Term term, Func<Task> work)
    {
        term.Enter();
        await work();
    }
}

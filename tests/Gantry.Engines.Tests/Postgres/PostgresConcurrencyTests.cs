using Gantry.Conformance.Records;
using Gantry.Coordination;
using Gantry.Domain;
using Gantry.Engines.Tests.Support;
using Gantry.Store.Records;
using Gantry.Store.Sql;

namespace Gantry.Engines.Tests.Postgres;

/// <summary>Two control processes on one database.</summary>
public sealed class PostgresConcurrencyTests(SharedPostgres postgres) : PostgresTest(postgres)
{
    [Fact]
    public async Task App_UpdatedByTwoProcessesAtOnce_LosesNoChange()
    {
        await using var other = OtherProgram();
        IAppStore[] programs = [Apps, new SqlAppStore(other, new Store.Secrets.Sealer())];
        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => programs[i % 2].UpdateAsync(Samples.App().Id, a => a with { LastDeployedBy = a.LastDeployedBy + "+" }, Token))));
        Assert.Equal("alice" + new string('+', 60), (await Apps.FindByIdAsync(Samples.App().Id, Token))?.LastDeployedBy);
    }

    /// <summary>No index sees that one's name is the other's mail: only writes that act as if they took turns do.</summary>
    [Fact]
    public async Task Logins_TakenCrosswiseByTwoProcessesAtOnce_StayUnambiguous()
    {
        await using var other = OtherProgram();
        IAccountStore[] programs = [Accounts, new SqlAccountStore(other)];
        await other.PrepareAsync(Token);
        for (var round = 0; round < 20; round++)
        {
            var (one, two) = (Samples.User($"x{round}") with { Email = $"y{round}@example.org" }, Samples.User($"z{round}") with { Username = $"y{round}@example.org" });
            var outcomes = await Task.WhenAll(
                Task.Run(() => programs[0].AddUserAsync(one, null, Token)), Task.Run(() => programs[1].AddUserAsync(two, null, Token)));
            Assert.Single(outcomes, o => o.IsSuccess);
        }
    }

    /// <summary>Whoever waits longer than five seconds for a connection of the pool is refused.</summary>
    [Fact]
    public async Task Readers_OfWhomThereIsACrowd_AllGetTheirTurn()
    {
        await using var other = OtherProgram(o => o.MaxConnections = 2);
        await other.PrepareAsync(Token);
        var read = await Task.WhenAll(Enumerable.Range(0, 14).Select(i => other.ReadAsync(s => s.ScalarAsync<int>($"SELECT {i} FROM pg_sleep(1)"), Token)));
        Assert.Equal(Enumerable.Range(0, 14), read);
    }

    [Fact]
    public async Task Write_ThatMetAnother_RunsAgainFromItsBeginning()
    {
        var runs = 0;
        await Database.WriteAsync(
            async s =>
            {
                runs++;
                var name = await s.ScalarAsync<string>("SELECT last_deployed_by FROM apps");
                if (runs == 1)
                    await RawAsync("UPDATE apps SET last_deployed_by = 'somebody else'");
                return await s.ExecuteAsync("UPDATE apps SET last_deployed_by = @name", new { name = name + " and me" });
            },
            Token);

        Assert.Equal(2, runs);
        Assert.Equal("somebody else and me", await RawAsync("SELECT last_deployed_by FROM apps"));
    }

    [Fact]
    public async Task Write_ThatContradictsARecord_FailsWithASentenceAndIsNotRepeated()
    {
        await Events.AddAsync(Samples.Event(), Token);
        var failure = await Assert.ThrowsAsync<StoreException>(() => Events.AddAsync(Samples.Event(), Token));
        Assert.False(failure.IsTransient);
        Assert.Contains("contradicts", failure.Message);
    }

    /// <summary>As a process that is stopped in the middle of a write, or whose machine is gone.</summary>
    [Fact]
    public async Task Leader_ThatStandsStillInsideAWrite_KeepsNobodyFromBeginningATerm()
    {
        await using var paused = OtherProgram(o => o.TransactionPatience = TimeSpan.FromSeconds(1));
        using var term = new Term((await Terms.BeginAsync("old", 1, Samples.Now, Token)).Number, CancellationToken.None);
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var write = InAsync(term, () => paused.WriteAsync(
            async s =>
            {
                var changed = await s.ExecuteAsync("UPDATE apps SET last_deployed_by = 'stale'");
                inside.TrySetResult();
                await goOn.Task;
                return changed + await s.ScalarAsync<int>("SELECT 1");
            },
            Token));
        await inside.Task;

        await Terms.BeginAsync("new", 1, Samples.Now, Token);
        goOn.SetResult();

        await Assert.ThrowsAsync<TermOverException>(() => write);
        Assert.Equal("alice", await RawAsync("SELECT last_deployed_by FROM apps"));
    }

    [Fact]
    public async Task Reader_BesideAWriter_SeesTheStateBefore()
    {
        var seen = -1;
        await Database.WriteAsync(
            async s =>
            {
                await s.ExecuteAsync("DELETE FROM apps");
                seen = (await Apps.ListAllAsync(Token)).Count;
                return 0;
            },
            Token);
        Assert.Equal(1, seen);
        Assert.Empty(await Apps.ListAllAsync(Token));
    }

    private ITermStore Terms => Port<ITermStore>();

    private static async Task<T> InAsync<T>(Term term, Func<Task<T>> work)
    {
        term.Enter();
        return await work();
    }
}

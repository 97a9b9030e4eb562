using Gantry.Conformance.Records;
using Gantry.Store.Records;
using Microsoft.Data.Sqlite;

namespace Gantry.Store.Tests.Sqlite;

public sealed class SqliteWriterTests : SqliteTest
{
    [Fact]
    public async Task Connection_Opened_IsDurableAndChecksReferences()
    {
        Assert.Equal(2, await Database.ReadAsync(s => s.ScalarAsync<int>("PRAGMA synchronous"), Token));
        Assert.Equal("wal", await Database.ReadAsync(s => s.ScalarAsync<string>("PRAGMA journal_mode"), Token));
        Assert.Equal(1, await Database.ReadAsync(s => s.ScalarAsync<int>("PRAGMA foreign_keys"), Token));
        Assert.Equal(2, await Database.WriteAsync(s => s.ScalarAsync<int>("PRAGMA synchronous"), Token));
    }

    [Fact]
    public async Task Write_ThatFailsAmongOthers_DoesNotUndoThem()
    {
        var writes = Enumerable.Range(0, 40).Select(i => Task.Run(
            () => Events.AddAsync(Samples.Event(i % 4 == 0 ? "ev-same" : $"ev-{i}"), Token))).ToArray();
        await Assert.ThrowsAsync<StoreException>(() => Task.WhenAll(writes));
        Assert.Equal(9, writes.Count(w => w.IsFaulted));
        Assert.Equal(31, (await Events.ListByAppAsync(Samples.App().Id, null, 1, 100, Token)).Total);
    }

    [Fact]
    public async Task Write_CancelledWhileItWaits_IsNotCarriedOut()
    {
        using var source = new CancellationTokenSource();
        var (started, blocked) = (new TaskCompletionSource(), new TaskCompletionSource());
        var blocker = Database.WriteAsync(
            async _ =>
            {
                started.SetResult();
                await blocked.Task;
                return 0;
            },
            Token);
        await started.Task;
        var waiting = Events.AddAsync(Samples.Event(), source.Token);
        await source.CancelAsync();
        blocked.SetResult();
        await blocker;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, (await Events.ListByAppAsync(Samples.App().Id, null, 1, 10, Token)).Total);
    }

    [Fact]
    public async Task Write_WhileAnotherProcessWrites_WaitsForIt()
    {
        await using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        other.Open();
        var transaction = other.BeginTransaction(deferred: false);
        var waiting = Task.Run(() => Events.AddAsync(Samples.Event(), Token), Token);
        Assert.Equal(0, (await Events.ListByAppAsync(Samples.App().Id, null, 1, 10, Token)).Total);
        Assert.False(waiting.IsCompleted);
        transaction.Commit();
        await waiting;
    }

    [Fact]
    public async Task Write_WhileAnotherProcessHoldsTheDatabaseTooLong_FailsWithASentence()
    {
        await using var impatient = OtherProgram(TimeSpan.FromMilliseconds(50));
        await impatient.PrepareAsync(Token);
        await using var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        other.Open();
        await using var transaction = other.BeginTransaction(deferred: false);
        var failure = await Assert.ThrowsAsync<StoreException>(() => impatient.ExecuteAsync("DELETE FROM events", null, Token));
        Assert.True(failure.IsTransient);
        Assert.Contains(DatabasePath, failure.Message);
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

    [Fact]
    public async Task Store_Disposed_CarriesOutWhatItAccepted()
    {
        var writes = Enumerable.Range(0, 100).Select(i => Events.AddAsync(Samples.Event($"ev-{i}"), Token)).ToArray();
        await RestartAsync();
        await Task.WhenAll(writes);
        Assert.Equal(100, (await Events.ListByAppAsync(Samples.App().Id, null, 1, 10, Token)).Total);
    }
}

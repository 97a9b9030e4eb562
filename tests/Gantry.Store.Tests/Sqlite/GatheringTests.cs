using System.Collections.Concurrent;
using Gantry.Coordination;
using Gantry.Store.Records;
using Gantry.Store.Sql;
using Gantry.Tests;
using Xunit;

namespace Gantry.Store.Tests.Sqlite;

/// <summary>What many ask at once, asked together.</summary>
public sealed class GatheringTests
{
    private readonly ConcurrentQueue<(Term? Term, IReadOnlyList<int> Asked)> _questions = new();
    private readonly SemaphoreSlim _answering = new(0);
    private readonly Gathering<int, string> _gathering;
    private Func<IReadOnlyList<int>, bool> _fails = _ => false;
    private bool _transient;

    public GatheringTests() => _gathering = new(AnswerAsync);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Asks_WhileOneIsUnderWay_AreAskedTogether_AndEachGetsItsOwnAnswer()
    {
        var asks = Enumerable.Range(1, 1000).Select(i => AskAsync(i)).ToList();
        _answering.Release(100);
        Assert.Equal(Enumerable.Range(1, 1000).Select(i => $"answer {i}"), await Task.WhenAll(asks));
        Assert.Equal([1, 500, 499], _questions.Select(q => q.Asked.Count));
    }

    [Fact]
    public async Task Asker_WhoLeavesWhileItAsksForOthers_LeavesThemTheirAnswers()
    {
        using var leaves = new CancellationTokenSource();
        var first = AskAsync(1);
        var leaving = AskAsync(2, leaves.Token);
        var stays = AskAsync(3);
        _answering.Release();
        await first;
        await Until.TrueAsync(() => _questions.Count == 2, "the second question");
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        _answering.Release();
        Assert.Equal("answer 3", await stays);
    }

    [Fact]
    public async Task Asker_WhoLeftWhileItWaited_IsNotAskedFor_AndHoldsUpNobody()
    {
        using var leaves = new CancellationTokenSource();
        var first = AskAsync(1);
        var leaving = AskAsync(2, leaves.Token);
        var stays = AskAsync(3);
        var leavesToo = AskAsync(5, leaves.Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leavesToo);
        _answering.Release(2);
        Assert.Equal(("answer 1", "answer 3"), (await first, await stays));
        Assert.Equal([[1], [3]], _questions.Select(q => q.Asked));
        _answering.Release();
        Assert.Equal("answer 4", await AskAsync(4));
    }

    [Fact]
    public async Task Ask_ThatFails_FailsAlone()
    {
        _fails = asked => asked.Contains(3);
        var asks = Enumerable.Range(1, 4).Select(i => AskAsync(i)).ToList();
        _answering.Release(100);
        await Assert.ThrowsAsync<StoreException>(() => asks[2]);
        Assert.Equal(["answer 1", "answer 2", "answer 4"], [await asks[0], await asks[1], await asks[3]]);
    }

    [Fact]
    public async Task Outage_FailsAllThatAskedTogether_AndNotThoseAfterIt()
    {
        (_fails, _transient) = (asked => asked.Contains(3), true);
        var asks = Enumerable.Range(1, 4).Select(i => AskAsync(i)).ToList();
        _answering.Release(100);
        foreach (var ask in asks.Skip(1))
            await Assert.ThrowsAsync<StoreException>(() => ask);
        Assert.Equal(2, _questions.Count);
        Assert.Equal("answer 5", await AskAsync(5));
    }

    [Fact]
    public async Task Asks_OfDifferentTerms_AreNeverTogether_AndEachIsMadeInItsOwn()
    {
        using var one = new Term(1, Token);
        using var two = new Term(2, Token);
        var asks = new[] { null, one, two, one, two, null }.Select((term, i) => InAsync(term, i)).ToList();
        _answering.Release(100);
        await Task.WhenAll(asks);
        Assert.Equal(4, _questions.Count);
        Assert.All(_questions, q => Assert.All(q.Asked, a => Assert.Equal(q.Term, new[] { null, one, two, one, two, null }[a])));
    }

    /// <summary>Bounded: one that nobody asks for would wait for ever.</summary>
    private Task<string> AskAsync(int what, CancellationToken? token = null) => _gathering.AskAsync(what, token ?? Token).WaitAsync(Until.Limit, Token);

    private async Task<string> InAsync(Term? term, int what)
    {
        term?.Enter();
        return await AskAsync(what);
    }

    private async Task<IReadOnlyList<string>> AnswerAsync(IReadOnlyList<int> asked, CancellationToken token)
    {
        _questions.Enqueue((Term.Current, asked));
        await _answering.WaitAsync(token);
        return _fails(asked) ? throw new StoreException("No.", _transient) : [.. asked.Select(a => $"answer {a}")];
    }
}

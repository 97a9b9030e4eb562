using Gantry.Coordination;
using Gantry.Store.Records;

namespace Gantry.Store.Sql;

/// <summary>
/// What is asked while the question before is under way is asked together: a thousand containers that start at once cost some statements instead of
/// thousands, and who asks alone waits for nobody. One of those who wait asks for all: in its own term, and never after it has gone.
/// </summary>
/// <param name="askAll">Answers each, in the same order.</param>
internal sealed class Gathering<TAsk, TAnswer>(Func<IReadOnlyList<TAsk>, CancellationToken, Task<IReadOnlyList<TAnswer>>> askAll)
{
    /// <summary>At once: below what an engine takes as parameters, and soon over for those who wait.</summary>
    private const int Most = 500;

    private readonly Lock _gate = new();
    private List<Asked> _waiting = [];
    private bool _busy;

    /// <remarks>Who is cancelled leaves at once; what he asked may be under way, and still be done.</remarks>
    public async Task<TAnswer> AskAsync(TAsk what, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var mine = new Asked(what, Term.Current);
        lock (_gate)
            if (_busy)
                _waiting.Add(mine);
            else
                _busy = mine.Lead();
        await using (token.UnsafeRegister(_ => mine.Turn.TrySetCanceled(token), null).ConfigureAwait(false))
            if (!await mine.Turn.Task.ConfigureAwait(false))
                return mine.Answer!;
        try
        {
            return await AskForAllAsync(mine, token).ConfigureAwait(false);
        }
        finally
        {
            PassOn();
        }
    }

    private async Task<TAnswer> AskForAllAsync(Asked mine, CancellationToken token)
    {
        var others = Take(mine.Term);
        try
        {
            var answers = await askAll([mine.What, .. others.Select(o => o.What)], token).ConfigureAwait(false);
            for (var i = 0; i < others.Count; i++)
                others[i].Take(answers[i + 1]);
            return answers[0];
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Only who asked for them has gone.
            lock (_gate)
                _waiting = [.. others, .. _waiting];
            throw;
        }
        catch (Exception e) when (others.Count > 0 && e is not (TermOverException or StoreException { IsTransient: true }))
        {
            // It may be the fault of one of them, and is nobody else's.
            foreach (var other in others)
                await AskAloneAsync(other, token).ConfigureAwait(false);
            return (await askAll([mine.What], token).ConfigureAwait(false))[0];
        }
        catch (Exception e)
        {
            others.ForEach(o => o.Turn.TrySetException(e));
            throw;
        }
    }

    private async Task AskAloneAsync(Asked other, CancellationToken token)
    {
        try
        {
            other.Take((await askAll([other.What], token).ConfigureAwait(false))[0]);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            lock (_gate)
                _waiting.Add(other);
        }
        catch (Exception e)
        {
            other.Turn.TrySetException(e);
        }
    }

    private List<Asked> Take(Term? term)
    {
        lock (_gate)
        {
            var taken = _waiting.Where(w => w.Term == term && !w.Turn.Task.IsCompleted).Take(Most - 1).ToList();
            var now = taken.ToHashSet();
            _waiting.RemoveAll(w => now.Contains(w) || w.Turn.Task.IsCompleted);
            return taken;
        }
    }

    /// <summary>To the first who has not gone.</summary>
    private void PassOn()
    {
        lock (_gate)
        {
            var next = _waiting.FindIndex(w => w.Lead());
            _busy = next >= 0;
            _waiting.RemoveRange(0, _busy ? next + 1 : _waiting.Count);
        }
    }

    private sealed class Asked(TAsk what, Term? term)
    {
        public TAsk What => what;

        public Term? Term => term;

        public TAnswer? Answer { get; private set; }

        /// <summary>True: it asks for all. False: it was answered.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Lead() => Turn.TrySetResult(true);

        public void Take(TAnswer answer)
        {
            Answer = answer;
            Turn.TrySetResult(false);
        }
    }
}

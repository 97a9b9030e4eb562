using System.Runtime.CompilerServices;

namespace Gantry.Api.Http;

/// <summary>Lets a stream of things speak up when nothing happens.</summary>
internal static class Ticks
{
    /// <summary>The items of a source as they come, and null whenever none came for a period.</summary>
    public static async IAsyncEnumerable<T?> OrTickAsync<T>(
        this IAsyncEnumerable<T> source, TimeSpan period, TimeProvider time, [EnumeratorCancellation] CancellationToken token)
        where T : class
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        await using var items = source.GetAsyncEnumerator(over.Token);
        var next = items.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var has = await WithinAsync(next, period, time, token);
                if (has is null)
                {
                    yield return null;
                    continue;
                }

                if (has == false)
                    yield break;
                yield return items.Current;
                next = items.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may not be disposed while it moves.
            await over.CancelAsync();
            await Task.WhenAny(next);
        }
    }

    private static async Task<bool?> WithinAsync(Task<bool> next, TimeSpan period, TimeProvider time, CancellationToken token)
    {
        try
        {
            return await next.WaitAsync(period, time, token);
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return null;
        }
    }
}

namespace Gantry.Control.Work;

/// <summary>
/// For loops that thousands may wake at once: each rests for twice as long as it worked, so that what comes meanwhile is worked off together, and
/// the loop takes a third of a processor at most. Who is woken seldom waits for nothing.
/// </summary>
/// <param name="time">Of the machine, in whatever time the loop itself lives.</param>
internal sealed class Pace(TimeProvider time)
{
    public static readonly Pace OfTheMachine = new(TimeProvider.System);

    /// <summary>Nobody waits longer for a loop that is slow.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(100);

    public async Task<T> RestAfterAsync<T>(Func<Task<T>> work, CancellationToken token)
    {
        var began = time.GetTimestamp();
        var result = await work().ConfigureAwait(false);
        var rest = time.GetElapsedTime(began) * 2;
        await Task.Delay(rest < _longest ? rest : _longest, time, token).ConfigureAwait(false);
        return result;
    }

    public Task RestAfterAsync(Func<Task> work, CancellationToken token) => RestAfterAsync(
        async () =>
        {
            await work().ConfigureAwait(false);
            return true;
        },
        token);
}

namespace Gantry.Control.Work;

/// <summary>Loops that are one task together.</summary>
internal static class Loops
{
    /// <summary>
    /// Ends when all have ended, or at once with the failure of the first that fails: waiting for the others, which go on for ever, would
    /// hide it.
    /// </summary>
    public static async Task TogetherAsync(params Task[] loops)
    {
        var running = loops.ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(ended);
            await ended.ConfigureAwait(false);
        }
    }
}

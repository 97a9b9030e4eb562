using System.Collections.Concurrent;

namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>Operations that were asked for without an answer. They may be under way all the same, and then the next one of their app is refused until they have ended.</summary>
public sealed class Unanswered
{
    private static readonly TimeSpan _underWay = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, FailedRequest> _lost = new();

    /// <summary>The API took an operation of the app: no other one is under way.</summary>
    public void Accepted(string app) => _lost.TryRemove(app, out _);

    /// <summary>A call that failed. One that met the operation of an unanswered one is that one's failure.</summary>
    /// <param name="status">Null when no answer came.</param>
    public FailedRequest Blame(string app, FailedRequest failed, int? status)
    {
        if (status is null or 503)
            _lost[app] = failed;
        return status == 409 && _lost.TryGetValue(app, out var lost) && failed.Began - lost.Ended < _underWay ? failed with { Began = lost.Began, Via = lost.Via } : failed;
    }
}

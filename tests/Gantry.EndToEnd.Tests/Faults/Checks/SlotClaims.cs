namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>
/// Who answers in the name of a slot (<c>web-1</c> of an app). When a younger run has answered, whoever asks afterwards may not
/// reach an older one: then two claim the slot.
/// </summary>
public sealed class SlotClaims
{
    private readonly Dictionary<(string App, string Label), (long Booted, string Run, TimeSpan Answered)> _youngest = [];
    private readonly Lock _gate = new();

    /// <param name="booted">When the run began, by a clock that all hosts share.</param>
    /// <returns>A sentence when two claim the slot.</returns>
    public string? See(string app, string label, string run, long booted, TimeSpan asked, TimeSpan answered)
    {
        lock (_gate)
        {
            if (!_youngest.TryGetValue((app, label), out var known))
            {
                _youngest[(app, label)] = (booted, run, answered);
                return null;
            }

            if (run == known.Run)
                return null;
            if (booted >= known.Booted)
            {
                _youngest[(app, label)] = (booted, run, answered);
                return null;
            }

            return asked <= known.Answered ? null
                : $"{label} of {app} was answered for by the run {known.Run} (booted {known.Booted}), and afterwards by the older run {run} (booted {booted})";
        }
    }
}

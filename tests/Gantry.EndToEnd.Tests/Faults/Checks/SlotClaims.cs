namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>
/// Who answers in the name of a slot (<c>web-1</c> of an app). When another run has taken it over, whoever asks afterwards may not reach the
/// one before, nor one that had begun long ago: then two claim the slot.
/// </summary>
public sealed class SlotClaims
{
    /// <summary>Longer than a start takes: of two that begin at the same time, the one that was asked for last may be there first.</summary>
    private static readonly TimeSpan _start = TimeSpan.FromSeconds(15);

    private readonly Dictionary<(string App, string Label), Claim> _claims = [];
    private readonly Lock _gate = new();

    /// <param name="booted">When the run began, in Unix milliseconds by a clock that all hosts share.</param>
    /// <returns>A sentence when two claim the slot.</returns>
    public string? See(string app, string label, string run, long booted, TimeSpan asked, TimeSpan answered)
    {
        lock (_gate)
        {
            if (!_claims.TryGetValue((app, label), out var claim))
                _claims[(app, label)] = new Claim(run, booted, answered, []);
            else if (run != claim.Run && asked > claim.Since)
            {
                if (claim.Past.Contains(run) || booted < claim.Booted - _start.TotalMilliseconds)
                    return $"{label} of {app} was answered for by the run {claim.Run} (booted {claim.Booted}), and afterwards by {run} (booted {booted}), which it had replaced";
                _claims[(app, label)] = new Claim(run, booted, answered, [.. claim.Past, claim.Run]);
            }

            return null;
        }
    }

    /// <param name="Since">When its first answer came.</param>
    /// <param name="Past">Runs that had the slot before.</param>
    private sealed record Claim(string Run, long Booted, TimeSpan Since, HashSet<string> Past);
}

namespace Gantry.Scheduling.Placing;

/// <summary>Where one container goes.</summary>
/// <param name="Host">Index of the host in the canonical snapshot, or -1.</param>
/// <param name="Score">Sum of the rankers.</param>
/// <param name="Fitting">Hosts that fitted among those looked at.</param>
/// <param name="Looked">Hosts looked at.</param>
public readonly record struct Decision(int Host, double Score, int Fitting, int Looked)
{
    public static Decision None { get; } = new(-1, 0, 0, 0);

    public bool IsPlaced => Host >= 0;
}

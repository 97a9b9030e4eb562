namespace Gantry.Scheduling.Repacking;

/// <summary>The chance that a sum of loads is above what a host has, taken as normal: a host holds many containers whose deviations from
/// their means are mostly their own, so the sum's variance is the sum of variances.</summary>
public static class OverloadChance
{
    /// <summary>Chance of being above <paramref name="capacity"/>; 0 or 1 where nothing varies.</summary>
    public static double Of(double mean, double variance, double capacity) =>
        variance <= 0 ? (mean > capacity ? 1 : 0) : Tail((capacity - mean) / Math.Sqrt(variance));

    /// <summary>Upper tail of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8).</summary>
    private static double Tail(double z)
    {
        if (z < 0) return 1 - Tail(-z);
        var t = 1 / (1 + 0.2316419 * z);
        var polynomial = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * polynomial;
    }
}

namespace Gantry.Scheduling.Repacking;

/// <summary>The chance that a sum of loads is above what a host has, taken as normal: a host holds many containers whose deviations from
/// their means are mostly their own, so the sum's variance is the sum of variances.</summary>
public static class OverloadChance
{
    /// <summary>Chance of being above <paramref name="capacity"/>; 0 or 1 where nothing varies.</summary>
    public static double Of(double mean, double variance, double capacity)
    {
        if (variance <= 0) return mean > capacity ? 1 : 0;
        var z = (capacity - mean) / Math.Sqrt(variance);
        return NormalDistribution.Tail(z, NormalDistribution.Density(z));
    }
}

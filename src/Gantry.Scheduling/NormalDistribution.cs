namespace Gantry.Scheduling;

/// <summary>The normal distribution with mean 0 and deviation 1.</summary>
internal static class NormalDistribution
{
    public static double Density(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>Chance of being above z (Abramowitz and Stegun 26.2.17, error below 7.5e-8).</summary>
    /// <param name="z">In deviations from the mean.</param>
    /// <param name="density"><see cref="Density"/> there.</param>
    public static double Tail(double z, double density)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = density * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z < 0 ? 1 - tail : tail;
    }
}

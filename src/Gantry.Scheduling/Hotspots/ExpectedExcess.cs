namespace Gantry.Scheduling.Hotspots;

/// <summary>How far above a bound a load is expected to be, at or below the bound counting as 0: E[max(0, u − bound)].</summary>
/// <remarks>Convex in the mean and in the deviation: evening loads out lowers the sum over hosts, piling them onto one host never does.</remarks>
public static class ExpectedExcess
{
    /// <summary>Beyond so many deviations the excess is nothing, or the mean less the bound.</summary>
    private const double Far = 6;

    /// <summary>Of a load that is normal about its mean, in its unit.</summary>
    public static double Of(double mean, double deviation, double bound)
    {
        var room = bound - mean;
        if (room >= Far * deviation) return 0;
        if (room <= -Far * deviation) return -room;
        var z = room / deviation;
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return Math.Max(0, deviation * (density - z * Tail(z, density)));
    }

    /// <summary>Upper tail of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 7.5e-8).</summary>
    private static double Tail(double z, double density)
    {
        var t = 1 / (1 + 0.2316419 * Math.Abs(z));
        var tail = density * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z < 0 ? 1 - tail : tail;
    }
}

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
        var density = NormalDistribution.Density(z);
        return Math.Max(0, deviation * (density - z * NormalDistribution.Tail(z, density)));
    }
}

namespace Gantry.Scheduling.Profiles;

/// <summary>The AR(1) forecast of Sandpiper: û(t+1) = μ + φ(u(t) − μ), φ the lag-1 autocorrelation of the window.</summary>
public static class Autoregression
{
    /// <summary>The next value expected after the window; the mean when it does not vary, 0 when it is empty.</summary>
    public static double Next(ReadOnlySpan<double> window)
    {
        if (window.IsEmpty) return 0;
        double sum = 0;
        foreach (var value in window) sum += value;
        var mean = sum / window.Length;
        double variance = 0, covariance = 0;
        for (var i = 0; i < window.Length; i++)
        {
            var deviation = window[i] - mean;
            variance += deviation * deviation;
            if (i > 0) covariance += deviation * (window[i - 1] - mean);
        }

        return variance <= 1e-12 * Math.Max(1, mean * mean) ? mean : mean + covariance / variance * (window[^1] - mean);
    }
}

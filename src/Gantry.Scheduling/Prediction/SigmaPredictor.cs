namespace Gantry.Scheduling.Prediction;

/// <summary>Mean of the host's total over the window plus N standard deviations: the N-sigma rule. Sees that peaks do not coincide.</summary>
internal sealed class SigmaPredictor(double sigmas = 5) : IPeakPredictor
{
    public string Name => "n-sigma";

    public double Peak(IReadOnlyList<ContainerUsage> containers)
    {
        double young = 0, limits = 0;
        var length = int.MaxValue;
        foreach (var (limit, profile) in containers)
        {
            if (IsYoung(profile)) young += limit;
            else (limits, length) = (limits + limit, Math.Min(length, profile!.Window.Count));
        }

        return limits == 0 ? young : young + Math.Min(limits, MeanAndSigmas(Totals(containers, length)));
    }

    private static double[] Totals(IReadOnlyList<ContainerUsage> containers, int length)
    {
        var totals = new double[length];
        foreach (var (_, profile) in containers)
        {
            if (IsYoung(profile)) continue;
            var window = profile!.Window;
            for (var i = 0; i < length; i++) totals[i] += window[window.Count - length + i];
        }

        return totals;
    }

    private double MeanAndSigmas(double[] totals)
    {
        double sum = 0, squares = 0;
        foreach (var total in totals) sum += total;
        var mean = sum / totals.Length;
        foreach (var total in totals) squares += (total - mean) * (total - mean);
        return mean + sigmas * Math.Sqrt(squares / totals.Length);
    }

    private static bool IsYoung(Profiles.ProfileSnapshot? profile) => profile is null || profile.Window.Count < PeakPredictors.WarmUp;
}

namespace Gantry.Scheduling.Prediction;

/// <summary>Peak of the sum of the usual days, for loads that follow the sun: containers that peak at different hours share
/// a host. A margin covers days that are not usual; a container without a day counts with its limit.</summary>
internal sealed class SeasonalPredictor(double margin = 0.1) : IPeakPredictor
{
    public string Name => "seasonal";

    public double Peak(IReadOnlyList<ContainerUsage> containers)
    {
        double young = 0, limits = 0;
        double[]? day = null;
        foreach (var (limit, profile) in containers)
        {
            if (profile is null || profile.Daily.Count == 0 || (day is not null && day.Length != profile.Daily.Count))
            {
                young += limit;
                continue;
            }

            limits += limit;
            day ??= new double[profile.Daily.Count];
            for (var i = 0; i < day.Length; i++) day[i] += profile.Daily[i];
        }

        return day is null ? young : young + Math.Min(limits, (1 + margin) * day.Max());
    }
}

namespace Gantry.Scheduling.Prediction;

/// <summary>Sum of a high percentile of each container: Resource Central's rule. Blind to peaks that do not coincide, so it errs high.</summary>
internal sealed class PercentileSumPredictor(double share = 0.95) : IPeakPredictor
{
    public string Name => "percentile-sum";

    public double Peak(IReadOnlyList<ContainerUsage> containers)
    {
        double sum = 0;
        foreach (var (limit, profile) in containers)
            sum += profile is null || profile.Window.Count < PeakPredictors.WarmUp ? limit : profile.Percentile(share);
        return sum;
    }
}

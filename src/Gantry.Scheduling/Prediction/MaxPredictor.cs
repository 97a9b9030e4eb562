namespace Gantry.Scheduling.Prediction;

/// <summary>The most careful of several predictors; with the percentile sum and N-sigma, what Google deployed.</summary>
internal sealed class MaxPredictor(string name, IReadOnlyList<IPeakPredictor> parts) : IPeakPredictor
{
    public string Name => name;

    public double Peak(IReadOnlyList<ContainerUsage> containers)
    {
        double peak = 0;
        foreach (var part in parts) peak = Math.Max(peak, part.Peak(containers));
        return peak;
    }
}

namespace Gantry.Scheduling.Prediction;

/// <summary>A fixed share of the limits, whatever was measured: 1 promises nothing twice, 0.9 is Borg's default.</summary>
internal sealed class LimitPredictor(string name, double factor) : IPeakPredictor
{
    public string Name => name;

    public double Peak(IReadOnlyList<ContainerUsage> containers)
    {
        double sum = 0;
        foreach (var container in containers) sum += container.Limit;
        return factor * sum;
    }
}

namespace Gantry.Scheduling.Prediction;

/// <summary>The predictors a policy may name.</summary>
public static class PeakPredictors
{
    /// <summary>Samples below which a container is predicted by its limit: five minutes at 10 s.</summary>
    public const int WarmUp = 30;

    public static IReadOnlyList<IPeakPredictor> All { get; } =
    [
        new LimitPredictor("limits", 1),
        new LimitPredictor("borg-default", 0.9),
        new PercentileSumPredictor(),
        new SigmaPredictor(),
        new MaxPredictor("max", [new PercentileSumPredictor(), new SigmaPredictor()]),
        new SeasonalPredictor(),
    ];

    /// <summary>The predictor of that name, or null.</summary>
    public static IPeakPredictor? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}

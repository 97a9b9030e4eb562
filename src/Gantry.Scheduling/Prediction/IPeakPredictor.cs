using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Prediction;

/// <summary>What a predictor may know of one container and one resource.</summary>
/// <param name="Limit">The most it may use.</param>
/// <param name="Profile">What it was measured to use, or null.</param>
public readonly record struct ContainerUsage(long Limit, ProfileSnapshot? Profile);

/// <summary>Predicts the peak of what all containers of a host use of one resource together.</summary>
/// <remarks>Strategies of Bashir et al., "Take it to the Limit" (EuroSys 2021). What is left of the capacity may be promised.
/// A container with too little history counts with its limit.</remarks>
public interface IPeakPredictor
{
    string Name { get; }

    /// <summary>The predicted peak, never above the sum of the limits unless more was measured.</summary>
    double Peak(IReadOnlyList<ContainerUsage> containers);
}

namespace Gantry.Scheduling.Hotspots;

/// <summary>The load index of Ferrari and Zhou (1987): run-queue length, exponentially smoothed with a time constant of some seconds.
/// Unlike utilisation it tells a loaded host from an overloaded one.</summary>
public sealed class SmoothedQueue(double timeConstantSeconds = 4)
{
    /// <summary>Runnable threads per core.</summary>
    public double Value { get; private set; }

    /// <summary>Takes in a sample that holds since the one before it.</summary>
    public void Add(double elapsedSeconds, double runnablePerCore)
    {
        if (!double.IsFinite(runnablePerCore) || runnablePerCore < 0 || !(elapsedSeconds > 0)) return;
        var kept = Math.Exp(-elapsedSeconds / timeConstantSeconds);
        Value = Value * kept + runnablePerCore * (1 - kept);
    }
}

using System.Diagnostics;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Times of one run, from its beginning, on a clock that nobody sets.</summary>
public sealed class RunClock
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public TimeSpan Now => Stopwatch.GetElapsedTime(_began);
}

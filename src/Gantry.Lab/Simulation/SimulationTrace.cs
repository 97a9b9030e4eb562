using Gantry.Scheduling.Model;

namespace Gantry.Lab.Simulation;

/// <summary>One container of a trace.</summary>
/// <param name="App">Its app.</param>
/// <param name="Limits">What is reserved for it.</param>
/// <param name="Arrives">When it is asked for, in seconds.</param>
/// <param name="Leaves">When it ends, in seconds; infinite for what outlives the trace.</param>
/// <param name="Curve">Which of the trace's curves its use of the first resource follows.</param>
/// <param name="Scale">That use where the curve is 1.</param>
/// <param name="BootSeconds">Time from start to ready; so long a move has two copies.</param>
internal sealed record SimulatedContainer(string App, long[] Limits, double Arrives, double Leaves, int Curve, double Scale, double BootSeconds);

/// <summary>Hosts, and containers that come and go. Use of the first resource follows curves; of all others it is what was reserved.</summary>
/// <param name="Name">For people.</param>
/// <param name="Hosts">In the order of their ids.</param>
/// <param name="Containers">In any order.</param>
/// <param name="Curves">Shares from 0 up, one for each interval, that repeat at their end.</param>
/// <param name="Seconds">How long the trace is.</param>
internal sealed record SimulationTrace(string Name, IReadOnlyList<HostSnapshot> Hosts, IReadOnlyList<SimulatedContainer> Containers, IReadOnlyList<float[]> Curves, double Seconds)
{
    /// <summary>Seconds between measurements: the distance of PlanetLab's samples.</summary>
    public const double Interval = 300;

    public IReadOnlyList<string> Resources { get; } = [ResourceNames.Cpu, ResourceNames.Memory];

    public int Ticks => (int)(Seconds / Interval);

    public double Use(int container, int tick)
    {
        var c = Containers[container];
        var curve = Curves[c.Curve];
        return c.Scale * curve[tick % curve.Length];
    }
}

/// <summary>A host that is away for some time.</summary>
internal sealed record HostFailure(string Host, double At, double Back);

namespace Gantry.Lab.Simulation;

/// <summary>What one policy made of a trace.</summary>
internal sealed record SimulationResult
{
    public required string Policy { get; init; }

    public int Hosts { get; init; }

    public int Containers { get; init; }

    /// <summary>Containers that found no place when they came or when their host had failed. They are lost; nobody asks again.</summary>
    public int Refused { get; init; }

    /// <summary>Containers that had to start elsewhere because their host failed.</summary>
    public int Restarts { get; init; }

    /// <summary>Moves that were done.</summary>
    public int Moves { get; init; }

    /// <summary>Host-intervals with more than 75 % of the CPU in use.</summary>
    public int Hot { get; init; }

    /// <summary>Host-intervals in which more CPU was wanted than there is.</summary>
    public int Overloaded { get; init; }

    /// <summary>Most hosts in use at a measurement, and the mean.</summary>
    public int PeakHosts { get; init; }

    public double MeanHosts { get; init; }

    /// <summary>The hosts in use by their CPU, as a share of the CPU of all: fair where hosts differ in size.</summary>
    public double MeanShare { get; init; }

    /// <summary>Fewest hosts on which at most 0.2 % of the containers are refused; one more than there are when none is enough, 0 where it was not looked for.</summary>
    public int HostsNeeded { get; init; }

    /// <summary>Overloaded host-intervals on that many hosts.</summary>
    public int OverloadedThere { get; init; }

    /// <summary>Median time of one decision. Not part of what equal seeds make equal.</summary>
    public double DecisionMicros { get; init; }

    public SimulationSeries Series { get; init; } = SimulationSeries.None;
}

/// <summary>The same over time, one entry for each measurement.</summary>
/// <param name="HostsInUse">Hosts with a container.</param>
/// <param name="Overloaded">Hosts overloaded.</param>
/// <param name="Moves">Moves done since the measurement before.</param>
/// <param name="Use">By measurement, then host: CPU in use over capacity; NaN for a host that is down.</param>
/// <param name="Packed">When most hosts were in use: the larger of the reserved shares of CPU and memory of each host, largest first.</param>
internal sealed record SimulationSeries(IReadOnlyList<int> HostsInUse, IReadOnlyList<int> Overloaded, IReadOnlyList<int> Moves, IReadOnlyList<float[]> Use, IReadOnlyList<double> Packed)
{
    public static SimulationSeries None { get; } = new([], [], [], [], []);
}

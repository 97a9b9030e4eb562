using Gantry.Lab.Data;
using Gantry.Lab.Roadef;

namespace Gantry.Lab.Bench;

/// <summary>How much of each goal the scoreboard measures.</summary>
internal sealed record ScoreSettings
{
    /// <summary>Time of each search.</summary>
    public double Seconds { get; init; } = 60;

    /// <summary>Containers that are placed for S1 and S2.</summary>
    public int Containers { get; init; } = 30_000;

    public int CompactionSeeds { get; init; } = 11;

    public long CompactionSteps { get; init; } = 12_000_000;

    public IReadOnlyList<string> Instances { get; init; } = RoadefPublished.Instances;

    public IReadOnlyList<string> Days { get; init; } = PlanetLabReader.Days;

    public int ScaleHosts { get; init; } = 10_000;

    public int ScaleContainers { get; init; } = 1_000_000;

    public int Workers { get; init; } = 2;

    public ulong Seed { get; init; } = 1;

    /// <summary>Goals that are measured, as the scoreboard numbers them; all when none is named.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    public static IReadOnlyList<string> Goals { get; } = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "scale"];

    /// <summary>Minutes instead of half an hour; too short for the goals that are stated for 60 s.</summary>
    public ScoreSettings Quick() => this with
    {
        Seconds = 5,
        CompactionSeeds = 1,
        CompactionSteps = 2_000_000,
        Instances = ["a1_2", "b_1", "b_3"],
        Days = ["20110303"],
        ScaleHosts = 1000,
        ScaleContainers = 100_000,
    };
}

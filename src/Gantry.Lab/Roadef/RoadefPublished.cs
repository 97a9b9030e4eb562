namespace Gantry.Lab.Roadef;

/// <summary>Published costs of the challenge's instances: the best of three open solvers (S41, S38, J10) in 60 s on a machine with two cores like ours, or, where
/// none ran, the better of the winners S41 and J33 in 300 s, who had five times as long.</summary>
internal static class RoadefPublished
{
    private static readonly Dictionary<string, (long Cost, int Seconds)> _costs = new(StringComparer.Ordinal)
    {
        ["a1_1"] = (44_306_501, 300), ["a1_2"] = (778_771_585, 60), ["a1_3"] = (583_006_422, 300), ["a1_4"] = (262_125_116, 300), ["a1_5"] = (727_578_310, 300),
        ["a2_1"] = (329, 300), ["a2_2"] = (746_097_632, 300), ["a2_3"] = (1_210_644_572, 300), ["a2_4"] = (1_680_615_349, 300), ["a2_5"] = (327_878_450, 60),
        ["b_1"] = (3_344_186_858, 60), ["b_2"] = (1_018_233_491, 60), ["b_3"] = (157_963_685, 60), ["b_4"] = (4_677_890_968, 300), ["b_5"] = (924_200_664, 60),
        ["b_6"] = (9_525_860_309, 300), ["b_8"] = (1_214_725_899, 60), ["b_9"] = (15_885_641_557, 60),
    };

    public static IReadOnlyList<string> Instances { get; } = [.. _costs.Keys];

    /// <summary>The cost and the seconds it took, or null for an instance without a published cost.</summary>
    public static (long Cost, int Seconds)? Of(string instance) => _costs.TryGetValue(instance, out var cost) ? cost : null;
}

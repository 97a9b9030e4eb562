using CsCheck;
using Gantry.Lab.Roadef;
using Gantry.Lab.Tianchi;
using Gantry.Scheduling;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Tests;

/// <summary>The evaluators that judge published results, against the states the searches keep: written twice, from the rules and for speed, they have to
/// agree on instances that neither was made for.</summary>
public sealed class EvaluatorTests
{
    [Fact]
    public void Roadef_AfterAnyMoves_AgreesWithTheState() => Gen.ULong.Sample(seed =>
    {
        var random = new SeededRandom(seed);
        var problem = RoadefReader.Parse(Model(ref random, out var initial), initial);
        var (state, of) = (new ReassignmentState(problem), (int[])problem.Initial.Clone());
        // Processes lie one to a machine and service; rules that the beginning breaks are none of the moves' business.
        var before = RoadefEvaluator.Evaluate(problem, problem.Initial).Violations.Count;
        if (before > 0) return;
        for (var step = 0; step < 30; step++)
        {
            var (a, b, to) = (random.Next(of.Length), random.Next(of.Length), random.Next(problem.Machines.Length));
            if (state.ShiftDelta(a, to) is { } shift)
            {
                state.Shift(a, to, shift);
                of[a] = to;
            }

            if (state.SwapDelta(a, b) is { } swap)
            {
                state.Swap(a, b, swap);
                (of[a], of[b]) = (of[b], of[a]);
            }

            var (cost, violations) = RoadefEvaluator.Evaluate(problem, of);
            Assert.Equal(cost, state.Cost);
            Assert.Empty(violations);
        }
    }, iter: 2000);

    /// <summary>An instance as text, the way the challenge writes it: three machines, two resources, up to six processes of two services.</summary>
    private static string Model(ref SeededRandom random, out string initial)
    {
        var lines = new List<string> { "2", $"{random.Next(2)} {random.Next(5)}", $"0 {random.Next(5)}", "3" };
        for (var m = 0; m < 3; m++) lines.Add($"{random.Next(2)} {m} {20 + random.Next(20)} {20 + random.Next(20)} {random.Next(20)} {random.Next(20)} {(m == 0 ? 0 : 3)} {(m == 1 ? 0 : 5)} {(m == 2 ? 0 : 7)}");
        lines.AddRange(["2", "1 0", $"1 {(random.Next(2) == 0 ? "0" : "1 0")}", "4"]);
        for (var p = 0; p < 4; p++) lines.Add($"{p / 2} {random.Next(9)} {random.Next(9)} {random.Next(4)}");
        lines.AddRange(["1", $"0 1 {1 + random.Next(3)}", $"{random.Next(9)}", $"{random.Next(4)} {random.Next(9)} {random.Next(4)}"]);
        initial = $"{random.Next(2)} 2 {random.Next(2)} 2";
        return string.Join('\n', lines);
    }

    /// <summary>Random placements of a small instance: the same cost, and a broken rule where the state says that it does not fit.</summary>
    [Fact]
    public void Tianchi_AnyAssignment_AgreesWithTheState() => Gen.ULong.Sample(seed =>
    {
        var random = new SeededRandom(seed);
        var instance = Instance(ref random);
        var state = new PackingState(instance.ToProblem());
        var (hostOf, fits) = (new int[instance.AppOf.Length], true);
        for (var i = 0; i < hostOf.Length; i++)
        {
            hostOf[i] = random.Next(instance.Machines.Count);
            var cost = state.CostWith(hostOf[i], instance.AppOf[i], -1);
            fits &= double.IsFinite(cost);
            if (fits) state.Add(i, hostOf[i], cost);
        }

        var result = TianchiEvaluator.Evaluate(instance, hostOf);
        Assert.Equal(fits, result.Violations.Count == 0);
        if (!fits) return;
        Assert.Equal(result.Cost, state.TotalCost, 6);
        Assert.Equal(result.Used, state.UsedHosts);
    }, iter: 2000);

    private static TianchiInstance Instance(ref SeededRandom random)
    {
        var apps = new List<string[]>();
        for (var a = 0; a < 3; a++)
        {
            var (cpu, memory) = (new double[98], new double[98]);
            var (level, peak) = (1 + random.Next(8), random.Next(98));
            for (var t = 0; t < 98; t++) (cpu[t], memory[t]) = (level + (Math.Abs(t - peak) < 10 ? 4 : 0), 2 * level);
            apps.Add([$"a{a}", string.Join('|', cpu), string.Join('|', memory), $"{random.Next(4) * 10}", $"{random.Next(2)}", "0", "0"]);
        }

        var items = new List<string[]>();
        for (var i = random.Next(6); i >= 0; i--) items.Add([$"i{i}", $"a{random.Next(3)}", ""]);
        string[] rule = [$"a{random.Next(3)}", $"a{random.Next(3)}", $"{random.Next(2)}"];
        return TianchiInstance.Parse([["m1", "32", "64", "60", "2", "1", "1"], ["m2", "32", "64", "60", "2", "1", "1"], ["m3", "92", "288", "99", "9", "9", "9"]], apps, items, [rule]);
    }
}

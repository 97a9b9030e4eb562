using Gantry.Lab.Data;
using Gantry.Lab.Roadef;
using Gantry.Scheduling.Repacking;

namespace Gantry.Lab.Tests;

public sealed class RoadefTests
{
    /// <summary>The example of the challenge's text.</summary>
    private const string Toy = "2\n1 100\n0 10\n4\n0 0 30 400 16 80 0 1 4 5\n0 0 10 240 8 160 1 0 3 4\n1 1 15 100 12 80 4 3 0 2\n1 2 10 100 8 80 5 4 2 0\n2\n2 0\n1 1 0\n3\n0 12 10 1000\n0 10 20 100\n1 6 200 1\n1\n0 1 20\n10\n1 10 100\n";

    [Theory]
    [InlineData(new[] { 0, 3, 0 }, 4200)]
    [InlineData(new[] { 0, 2, 1 }, 2411)]
    public void Toy_OfTheText_CostsWhatTheTextSays(int[] assignment, long cost)
    {
        var (evaluated, violations) = RoadefEvaluator.Evaluate(RoadefReader.Parse(Toy, "0 3 0"), assignment);
        Assert.Equal(cost, evaluated);
        Assert.Empty(violations);
    }

    [Theory]
    [InlineData(new[] { 0, 0, 1 }, "two processes on one machine")]
    [InlineData(new[] { 0, 1, 1 }, "too few locations")]
    [InlineData(new[] { 0, 2, 3 }, "resource")]
    [InlineData(new[] { 2, 3, 0 }, "without service 0")]
    public void Checker_BrokenRule_IsNamed(int[] assignment, string rule)
    {
        var problem = RoadefReader.Parse(Toy, "0 3 0");
        if (rule == "resource") problem = problem with { Machines = [.. problem.Machines.Select(m => m with { Capacity = [5, 5] })] };
        if (rule == "without service 0") problem = problem with { Services = [problem.Services[0] with { SpreadMin = 0 }, new ReassignmentService(1, [0])] };
        Assert.Contains(RoadefEvaluator.Evaluate(problem, assignment).Violations, v => v.Contains(rule, StringComparison.Ordinal));
    }

    [Fact]
    public void Checker_TransientResource_CountsBothMachines()
    {
        // Process 0 leaves machine 0, which it still burdens with 12 of resource 0; 200 of process 2 are not transient.
        var problem = RoadefReader.Parse(Toy, "0 3 0");
        problem = problem with { Machines = [problem.Machines[0] with { Capacity = [15, 400] }, .. problem.Machines[1..]] };
        Assert.Contains("machine 0 has too much of resource 0", RoadefEvaluator.Evaluate(problem, [2, 3, 0]).Violations);
    }

    [Fact]
    public void Search_Toy_FindsTheOptimum()
    {
        var search = new ReassignmentSearch(RoadefReader.Parse(Toy, "0 3 0"), 1);
        search.Run(50_000, 500, 1);
        Assert.Equal(2411, search.BestCost);
        Assert.Equal([0, 2, 1], search.Best);
    }

    [Fact]
    public void Model_CutOff_SaysSo() => Assert.Contains("ends too early", Assert.Throws<LabException>(() => RoadefReader.Parse(Toy[..40], "0 3 0")).Message);

    [Fact]
    public void Assignment_OfAnotherInstance_IsRefused() =>
        Assert.Contains("not of one instance", Assert.Throws<LabException>(() => RoadefReader.Parse(Toy, "0 9 0")).Message);
}

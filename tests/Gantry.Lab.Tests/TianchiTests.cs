using Gantry.Lab.Bench;
using Gantry.Lab.Data;
using Gantry.Lab.Tianchi;

namespace Gantry.Lab.Tests;

public sealed class TianchiTests
{
    private static string Flat(double value) => string.Join('|', Enumerable.Repeat(value.ToString(System.Globalization.CultureInfo.InvariantCulture), 98));

    private static TianchiInstance Instance(params string[] rules) => TianchiInstance.Parse(
        [["m1", "32", "64", "600", "7", "3", "7"], ["m2", "32", "64", "600", "7", "3", "7"]],
        [["a", Flat(16), Flat(8), "60", "0", "0", "0"], ["b", Flat(8), Flat(32), "60", "4", "0", "0"]],
        [["i1", "a", "m1"], ["i2", "a", ""], ["i3", "b", "m2"], ["i4", "b", ""]],
        rules.Select(r => r.Split(',')));

    [Fact]
    public void Cost_HandComputed_IsOneUntilHalfAndRisesAfter()
    {
        // m1: 16 of 32 cores is exactly half, 1. m2: 16 + 8 + 8 = 32 is full, 1 + 10(e^0.5 - 1) = 7.487.
        var result = TianchiEvaluator.Evaluate(Instance(), [0, 1, 1, 1]);
        Assert.Equal(1 + 1 + 10 * (Math.Exp(0.5) - 1), result.Cost, 9);
        Assert.Equal(2, result.Used);
    }

    [Theory]
    [InlineData(new[] { 0, 0, 0, 1 }, "too much cpu")]
    [InlineData(new[] { 0, 1, 1, 1 }, "too much memory")]
    [InlineData(new[] { 0, 1, 1, 1 }, "too much of scalar 1")]
    [InlineData(new[] { 0, 1, -1, 1 }, "has no machine")]
    [InlineData(new[] { 0, 0, 1, -1 }, "holds a and too many of a", "a,a,0")]
    [InlineData(new[] { 0, 1, 0, -1 }, "holds a and too many of b", "a,b,0")]
    public void Checker_BrokenRule_IsNamed(int[] hosts, string rule, params string[] rules) =>
        Assert.Contains(TianchiEvaluator.Evaluate(Instance(rules), hosts).Violations, v => v.Contains(rule, StringComparison.Ordinal));

    [Fact]
    public void Rule_ItsFullMeasure_IsAllowed()
    {
        Assert.DoesNotContain(TianchiEvaluator.Evaluate(Instance("a,a,1", "a,b,1"), [0, 0, 1, 1]).Violations, v => v.Contains("holds", StringComparison.Ordinal));
        Assert.DoesNotContain(TianchiEvaluator.Evaluate(Instance("a,b,1"), [0, 1, 0, 1]).Violations, v => v.Contains("holds", StringComparison.Ordinal));
    }

    [Fact]
    public void Repack_SmallInstance_PlacesAllAndBreaksNothing()
    {
        var result = RepackBench.Tianchi(Instance("a,a,0"), 0.3, 2, 1);
        Assert.Equal(0, result.Violations);
        // One a and one b on each: 24 of 32 cores.
        Assert.Equal(2 * (1 + 10 * (Math.Exp(0.25) - 1)), result.Cost, 9);
        Assert.True(result.Bound <= result.Cost + 1e-9);
    }

    [Fact]
    public void Reader_UnknownApp_SaysSo() => Assert.Contains("app c is used but not defined", Assert.Throws<LabException>(() => Instance("a,c,1")).Message);
}

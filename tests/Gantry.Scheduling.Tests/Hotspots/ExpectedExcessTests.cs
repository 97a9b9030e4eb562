using CsCheck;
using Gantry.Scheduling.Hotspots;

namespace Gantry.Scheduling.Tests.Hotspots;

public sealed class ExpectedExcessTests
{
    [Theory]
    [InlineData(100, 0, 90, 10)]
    [InlineData(80, 0, 90, 0)]
    [InlineData(0, 1, 0, 0.398942)]
    [InlineData(1, 1, 0, 1.083315)]
    [InlineData(-1, 1, 0, 0.083315)]
    [InlineData(10, 2, 12, 0.166631)]
    public void Excess_HandComputed_IsThat(double mean, double deviation, double bound, double excess) =>
        Assert.Equal(excess, ExpectedExcess.Of(mean, deviation, bound), 5);

    [Fact]
    public void Excess_OfAnyLoad_IsConvexAndNeverBelowTheMeansOwn() => Gen.Select(Gen.Double[-20, 20], Gen.Double[0, 5], Gen.Double[0, 5]).Sample((mean, deviation, step) =>
    {
        var middle = ExpectedExcess.Of(mean, deviation, 0);
        Assert.True(middle >= Math.Max(0, mean) - 1e-6);
        Assert.True(ExpectedExcess.Of(mean - step, deviation, 0) + ExpectedExcess.Of(mean + step, deviation, 0) >= 2 * middle - 1e-6);
        Assert.True(ExpectedExcess.Of(mean, deviation + step, 0) >= middle - 1e-6);
    });
}

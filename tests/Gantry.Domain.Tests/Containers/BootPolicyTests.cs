using Gantry.Domain.Containers;

namespace Gantry.Domain.Tests.Containers;

public sealed class BootPolicyTests
{
    [Fact]
    public void FailedBoots_InARow_AreTriedAgainTwentyTimesAfterGrowingWaits()
    {
        var waits = Enumerable.Range(1, 21).Select(BootPolicy.Delay).ToList();

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 512], waits.Take(10).Select(w => w!.Value.TotalSeconds));
        Assert.All(waits[10..20], w => Assert.Equal(BootPolicy.LongestDelay, w));
        Assert.Null(waits[20]);
    }
}

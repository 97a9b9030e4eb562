using Gantry.Lab.Bench;

namespace Gantry.Lab.Tests;

/// <summary>The count that S7 is published in: two hosts of 100, one container on each, sample by sample.</summary>
public sealed class OverloadCountTests
{
    [Theory]
    [InlineData("75 75 75 75 75", 0, 0)] // at the threshold is not above it
    [InlineData("76 10 10 10 10", 1, 0)]
    [InlineData("76 76 76 10 10", 3, 3)] // three of the last three, four and five
    [InlineData("76 76 76 10 10 10", 3, 3)] // of the last five two
    [InlineData("76 10 76 10 76", 3, 1)]
    [InlineData("76 76 76 76 76", 5, 3)]
    public void Intervals_AboveAndSustained_AreCounted(string loads, int above, int sustained)
    {
        var count = new OverloadCount(2, 100);
        foreach (var load in loads.Split(' ')) count.Add([0, 1], [double.Parse(load), 50]);
        Assert.Equal((above, sustained), (count.All, count.Sustained));
    }

    [Fact]
    public void Containers_OfOneHost_AddUp()
    {
        var count = new OverloadCount(2, 100);
        count.Add([0, 0, 1], [40, 40, 60]);
        count.Add([0, 1, 1], [40, 40, 60]);
        count.Add([0, 1, 1], [40, 10, 60]);
        Assert.Equal(2, count.All);
        Assert.Equal((4, 0), (OverloadCount.Sum([count, count]).All, OverloadCount.Sum([count, count]).Sustained));
    }
}

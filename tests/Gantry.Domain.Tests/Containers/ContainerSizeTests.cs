using Gantry.Domain.Containers;

namespace Gantry.Domain.Tests.Containers;

public sealed class ContainerSizeTests
{
    [Theory]
    [InlineData("S", 256, 256, 512, 128)]
    [InlineData("M", 512, 512, 1024, 256)]
    [InlineData("L", 1024, 1024, 1024, 512)]
    [InlineData("XL", 2048, 2048, 2048, 1024)]
    [InlineData("2XL", 4096, 4096, 2048, 2048)]
    [InlineData("3XL", 8192, 8192, 2048, 4096)]
    public void Size_OfTheCatalogue_HasTheDocumentedLimits(string name, int memory, int swap, int shares, int pids)
    {
        var size = ContainerSize.Find(name)!;
        Assert.Equal(
            (name, memory, swap, shares, pids),
            (size.Name, (int)(size.MemoryBytes >> 20), (int)(size.SwapBytes >> 20), size.CpuShares, size.PidsLimit));
    }

    [Fact]
    public void Catalogue_Listed_IsInOrderAndDefaultsToM()
    {
        Assert.Equal(Enumerable.Range(0, 6), ContainerSize.All.Select(s => s.Ordinal));
        Assert.Equal("M", ContainerSize.Default.Name);
    }

    [Theory]
    [InlineData("2xl", "2XL")]
    [InlineData("XXL", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Size_LookedUp_IsFoundInAnyCase(string? name, string? expected) => Assert.Equal(expected, ContainerSize.Find(name)?.Name);

    [Theory]
    [InlineData("web", true)]
    [InlineData("tcp", true)]
    [InlineData("worker", false)]
    [InlineData("one-off", false)]
    public void ProcessType_ThatListens_IsWebOrTcp(string type, bool listens) => Assert.Equal(listens, ProcessTypes.Listens(type));
}

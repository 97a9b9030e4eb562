using System.Globalization;
using CsCheck;
using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Tests.Model;

/// <summary>Amounts as people read them: what is read is what was meant, as near as the text is exact, and a larger amount never reads as a smaller one.</summary>
public sealed class AmountTextTests
{
    private static readonly string[] _resources =
        [ResourceNames.Cpu, ResourceNames.Memory, ResourceNames.NetworkIn, ResourceNames.NetworkOut, ResourceNames.Disk, ResourceNames.DiskIo, ResourceNames.Pids, "gpu"];

    private static Gen<long> Amount => Gen.OneOf(Gen.Long[0, 5000], Gen.Long[0, 1L << 22], Gen.Long[0, 1L << 52], Gen.Long[0, 4000].Select(n => n << 20), Gen.Long[0, 4000].Select(n => n << 30));

    [Fact]
    public void Amount_ReadBack_IsTheOneThatWasMeant() => Gen.Select(Amount, Gen.Int[0, 7]).Sample((amount, r) =>
    {
        var (read, unit) = Read(ResourceNames.Format(_resources[r], amount));
        // Half of the last digit that is written: a thousandth of a core, a tenth of a megabyte, or the fifteenth of a number that no host has.
        var slack = unit / 2 + 1e-6 + 1e-14 * amount;
        Assert.InRange(read - amount, -slack, slack);
    }, iter: 5000);

    [Fact]
    public void Amount_Larger_NeverReadsAsSmaller() => Gen.Select(Amount, Amount, Gen.Int[0, 7]).Sample((a, b, r) =>
    {
        var (less, more) = (Read(ResourceNames.Format(_resources[r], Math.Min(a, b))).Amount, Read(ResourceNames.Format(_resources[r], Math.Max(a, b))).Amount);
        Assert.True(less <= more + 0.05 * (1 << 20));
    }, iter: 5000);

    /// <summary>The same with one word more, right before the name of the resource.</summary>
    [Fact]
    public void Promisable_OfAnyAmount_IsTheAmountWithAWordMore() => Gen.Select(Amount, Gen.Int[0, 7]).Sample((amount, r) =>
    {
        var (text, promisable) = (ResourceNames.Format(_resources[r], amount), ResourceNames.FormatPromisable(_resources[r], amount));
        Assert.EndsWith($" promisable {_resources[r]}", promisable);
        Assert.Equal(text, promisable.Replace("promisable ", "", StringComparison.Ordinal));
    }, iter: 2000);

    /// <summary>Where one unit ends and the next begins.</summary>
    [Theory]
    [InlineData("memory", 0, "0 bytes of memory")]
    [InlineData("memory", (1 << 20) - 1, "1048575 bytes of memory")]
    [InlineData("memory", 1 << 20, "1 MB of memory")]
    [InlineData("memory", (1 << 20) + (1 << 19), "1.5 MB of memory")]
    [InlineData("memory", (1L << 30) - 1, "1024 MB of memory")]
    [InlineData("memory", 1L << 30, "1 GB of memory")]
    [InlineData("memory", (1L << 30) + (1 << 20), "1025 MB of memory")]
    [InlineData("disk", 3L << 40, "3072 GB of disk")]
    [InlineData("disk-io", 1L << 30, "1 GB/s of disk-io")]
    [InlineData("network-out", 125_000, "125000 bytes/s of network-out")]
    [InlineData("cpu", 1, "0.001 cores of cpu")]
    [InlineData("cpu", 1000, "1 cores of cpu")]
    [InlineData("cpu", 64_500, "64.5 cores of cpu")]
    [InlineData("pids", 4096, "4096 pids")]
    public void Amount_AtTheEdgeOfAUnit_IsReadAs(string resource, long amount, string text) => Assert.Equal(text, ResourceNames.Format(resource, amount));

    private static (double Amount, double Unit) Read(string text)
    {
        var words = text.Split(' ');
        var number = double.Parse(words[0], CultureInfo.InvariantCulture);
        return words[1] switch
        {
            "cores" => (1000 * number, 1e-3),
            "GB" or "GB/s" => (number * (1L << 30), 1e-3),
            "MB" or "MB/s" => (number * (1 << 20), 0.1 * (1 << 20) + 1),
            _ => (number, 1e-3),
        };
    }
}

namespace Gantry.Scheduling.Tests;

public sealed class SeededRandomTests
{
    /// <summary>The published numbers for seed 1234567: another sequence would make recorded passes unrepeatable.</summary>
    [Fact]
    public void Sequence_OfTheSeed_IsSplitMix64()
    {
        var random = new SeededRandom(1234567);
        ulong[] published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821];
        Assert.Equal(published, Enumerable.Range(0, 5).Select(_ => random.NextUInt64()));
    }

    /// <summary>The published counts of floor(5x) over 100,000 numbers for seed 987654321.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fifths_OfTheSeed_AreThePublishedCounts(bool whole)
    {
        var random = new SeededRandom(987654321);
        var counts = new int[5];
        for (var i = 0; i < 100_000; i++) counts[whole ? random.Next(5) : (int)(5 * random.NextDouble())]++;
        Assert.Equal([20027, 19892, 20073, 19978, 20030], counts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Next_AnyBound_StaysBelowItAndReachesAll(int bound)
    {
        var random = new SeededRandom(3);
        var seen = new HashSet<int>();
        for (var i = 0; i < 20 * bound; i++) seen.Add(random.Next(bound));
        Assert.Equal(Enumerable.Range(0, bound), seen.Order());
    }

    /// <summary>Each of the six orders of three items, 10,000 times each within five deviations (5 · √(60000 · 1/6 · 5/6) = 456).</summary>
    [Fact]
    public void Shuffle_ManyTimes_GivesEveryOrderAlike()
    {
        var random = new SeededRandom(5);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 60_000; i++)
        {
            int[] items = [1, 2, 3];
            random.Shuffle(items);
            counts[string.Concat(items)] = counts.GetValueOrDefault(string.Concat(items)) + 1;
        }

        Assert.Equal(["123", "132", "213", "231", "312", "321"], counts.Keys.Order());
        Assert.All(counts.Values, c => Assert.InRange(c, 10_000 - 456, 10_000 + 456));
    }
}

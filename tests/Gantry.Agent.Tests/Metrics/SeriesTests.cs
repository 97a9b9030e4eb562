using CsCheck;
using Gantry.Agent.Metrics;

namespace Gantry.Agent.Tests.Metrics;

public sealed class SeriesTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"gantry-series-{Guid.NewGuid():N}", "web-1.ring");

    [Fact]
    public void Series_OfNinetyDays_IsKeptInItsStepsAndItsBytes()
    {
        using var file = new SeriesFile(_path);
        var at = Start;
        for (var i = 0; i < 100 * 24; i++, at = at.AddHours(1))
            file.Add(at, Values(i));
        for (var i = 0; i < 360; i++, at = at.AddSeconds(10))
            file.Add(at, Values(i));
        var now = at.AddSeconds(-10);

        Assert.Equal(Enumerable.Range(0, 360).Select(i => (float)i), Read(file, now.AddHours(-1).AddSeconds(10), now));
        Assert.Equal(360, Read(file, now.AddHours(-1).AddMilliseconds(-5), now).Length);
        Assert.Equal(Enumerable.Range(0, 60).Select(i => (i * 6) + 2.5f), Read(file, now.AddHours(-24), now).TakeLast(60));
        Assert.Equal(4, Read(file, now.AddHours(-72), now).TakeLast(4).Count(v => v is > 40 and < 320));
        Assert.Equal(2160, Read(file, now.AddDays(-90).AddHours(1), now).Length);
        file.Flush();
        Assert.InRange(new FileInfo(_path).Length, 1, SeriesFile.FullSize);
    }

    [Fact]
    public void Series_OfAKilledProcess_GoesOnWithinAStep()
    {
        using (var file = new SeriesFile(_path))
        {
            file.Add(Start, Values(10));
            file.Flush();
        }

        using var next = new SeriesFile(_path);
        next.Add(Start.AddSeconds(10), Values(20));
        next.Add(Start.AddSeconds(20), Values(60));
        Assert.Equal([10, 20, 60], Read(next, Start, Start.AddSeconds(30)));
        Assert.Equal([30], Read(next, Start.AddHours(-2), Start.AddSeconds(30)));
    }

    [Fact]
    public void Points_OlderThanTheRing_AreNeverShown() => Gen.Int[1, 500_000].Array[1, 40].Sample(
        gaps =>
        {
            Dispose();
            using var file = new SeriesFile(_path);
            var at = Start;
            foreach (var gap in gaps)
                file.Add(at = at.AddSeconds(gap), Values(gap));
            foreach (var back in (TimeSpan[])[TimeSpan.FromHours(1), TimeSpan.FromHours(24), TimeSpan.FromHours(72), TimeSpan.FromDays(90)])
                Assert.All(file.Read(at - back, at), p => Assert.InRange(p.At, at - back - TimeSpan.FromHours(1), at));
        },
        iter: 30, threads: 1);

    [Fact]
    public void Percentiles_OfResponseTimes_AreRightWithinATenth()
    {
        var stats = new RequestStats();
        for (var i = 1; i <= 1000; i++)
            stats.Add(i <= 10 ? 503 : i <= 30 ? 404 : 200, TimeSpan.FromMilliseconds(i));
        var values = stats.Take();
        Assert.Equal((1000, 20, 10, 1000), (values[0], values[1], values[2], values[5]));
        Assert.InRange(values[(int)RequestMetric.Median], 450, 550);
        Assert.InRange(values[(int)RequestMetric.Percentile95], 855, 1000);
        Assert.Equal(0, stats.Take()[0]);
    }

    [Fact]
    public void RunQueue_AtOneLength_ComesNearItAndForgets()
    {
        var queue = new RunQueueState();
        for (var i = 0; i < 20; i++)
            queue.Add(8, TimeSpan.FromSeconds(1));
        Assert.InRange(queue.Length, 7.9, 8);
        queue.Add(0, TimeSpan.FromSeconds(4));
        Assert.InRange(queue.Length, 2.9, 2.96);
    }

    public void Dispose()
    {
        if (Directory.Exists(Path.GetDirectoryName(_path)))
            Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
    }

    private static MetricValues Values(float value)
    {
        var values = new MetricValues();
        values[0] = value;
        return values;
    }

    private static float[] Read(SeriesFile file, DateTimeOffset since, DateTimeOffset now) => [.. file.Read(since, now).Select(p => p.Values[0])];
}

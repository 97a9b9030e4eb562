namespace Gantry.Lab.Bench;

/// <summary>Counts the intervals in which hosts are above 75 % of their capacity.</summary>
internal sealed class OverloadCount(int hosts, long capacity)
{
    public const double Threshold = 0.75;

    /// <summary>Sandpiper's k and n: what it calls sustained, and what its published figure counts.</summary>
    private const int K = 3, N = 5;

    private readonly Queue<bool>[] _last = [.. Enumerable.Range(0, hosts).Select(_ => new Queue<bool>())];

    /// <summary>Host-intervals above the threshold.</summary>
    public int All { get; private set; }

    /// <summary>Host-intervals at whose end at least three of the last five were above.</summary>
    public int Sustained { get; private set; }

    /// <param name="home">Host of each container.</param>
    /// <param name="loads">What each uses in this interval.</param>
    public void Add(int[] home, double[] loads)
    {
        var sums = new double[hosts];
        for (var v = 0; v < home.Length; v++) sums[home[v]] += loads[v];
        for (var h = 0; h < hosts; h++)
        {
            var last = _last[h];
            last.Enqueue(sums[h] > Threshold * capacity);
            if (last.Count > N) last.Dequeue();
            if (sums[h] > Threshold * capacity) All++;
            if (last.Count(above => above) >= K) Sustained++;
        }
    }

    public static OverloadCount Sum(IEnumerable<OverloadCount> counts)
    {
        var sum = new OverloadCount(0, 0);
        foreach (var count in counts) (sum.All, sum.Sustained) = (sum.All + count.All, sum.Sustained + count.Sustained);
        return sum;
    }
}

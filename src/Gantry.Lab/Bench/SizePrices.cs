namespace Gantry.Lab.Bench;

/// <summary>Prices for sizes of items of one resource that make hosts as poor as can be: what is worth most on a host of each size, by any filling, is
/// little against what all items are worth. Any prices give a valid bound, since no packing puts more worth on a host than its best filling; these
/// are the dual of the configuration relaxation of Gilmore and Gomory (1961), climbed by multiplicative steps.</summary>
internal sealed class SizePrices
{
    private const int Rounds = 400;

    /// <summary>Sizes are cut down and hosts rounded up to this part of the largest host: that can only weaken the bound.</summary>
    private const int Units = 8192;

    private readonly long _unit;
    private readonly int[] _sizes;
    private readonly double[] _demand;
    private readonly (int Size, double Count)[] _hosts;

    /// <param name="sizes">Sizes of the items.</param>
    /// <param name="hosts">Sizes of the hosts.</param>
    public SizePrices(IReadOnlyList<long> sizes, IReadOnlyList<long> hosts)
    {
        _unit = Math.Max(1, hosts.Max() / Units);
        var counts = sizes.CountBy(Cut).Where(p => p.Key > 0).OrderBy(p => p.Key).ToArray();
        (_sizes, _demand) = ([.. counts.Select(c => c.Key)], [.. counts.Select(c => (double)c.Value)]);
        _hosts = [.. hosts.CountBy(Up).Select(p => (p.Key, (double)p.Value))];
        (Price, Worth) = Climb();
    }

    /// <summary>By size of an item.</summary>
    public Func<long, double> Price { get; }

    /// <summary>By size of a host: the most that can be on it.</summary>
    public Func<long, double> Worth { get; }

    private int Cut(long size) => (int)(size / _unit);

    private int Up(long size) => (int)((size + _unit - 1) / _unit);

    private (Func<long, double> Price, Func<long, double> Worth) Climb()
    {
        double[] prices = [.. _sizes.Select(s => (double)s)], best = prices;
        double[] bestWorth = [];
        var most = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            var (worth, last) = Fill(prices);
            var (demand, supply) = (prices.Zip(_demand, (p, d) => p * d).Sum(), _hosts.Sum(h => h.Count * worth[h.Size]));
            if (demand / supply > most) (most, best, bestWorth) = (demand / supply, (double[])prices.Clone(), worth);
            Raise(prices, last, demand / supply, 0.3 / (1 + round / 20.0));
        }

        var index = _sizes.Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        return (size => index.TryGetValue(Cut(size), out var i) ? best[i] : 0, host => bestWorth[Up(host)]);
    }

    /// <summary>What is used more than it is wanted, by the fillings of the share of the hosts that is needed, becomes cheaper; the rest dearer.</summary>
    private void Raise(double[] prices, int[] last, double share, double step)
    {
        var used = new double[prices.Length];
        foreach (var (size, count) in _hosts)
            for (var left = size; left > 0; left -= last[left] < 0 ? 1 : _sizes[last[left]])
                if (last[left] >= 0) used[last[left]] += count * share;
        for (var i = 0; i < prices.Length; i++) prices[i] *= Math.Exp(step * (_demand[i] - used[i]) / Math.Max(_demand[i], used[i]));
    }

    /// <summary>The unbounded knapsack: by room, what is worth most, and the item put in last (-1 for a unit left empty).</summary>
    private (double[] Worth, int[] Last) Fill(double[] prices)
    {
        var most = _hosts.Max(h => h.Size);
        var (worth, last) = (new double[most + 1], new int[most + 1]);
        last[0] = -1;
        for (var room = 1; room <= most; room++)
        {
            (worth[room], last[room]) = (worth[room - 1], -1);
            for (var i = 0; i < _sizes.Length && _sizes[i] <= room; i++)
                if (worth[room - _sizes[i]] + prices[i] is var value && value > worth[room]) (worth[room], last[room]) = (value, i);
        }

        return (worth, last);
    }
}

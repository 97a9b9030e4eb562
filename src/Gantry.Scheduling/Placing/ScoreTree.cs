namespace Gantry.Scheduling.Placing;

/// <summary>Scores of all hosts for one class of requests as a tournament: the best is at the root, a changed host costs log n.</summary>
internal sealed class ScoreTree
{
    private readonly int _hosts;
    private readonly int _leaves = 1;
    private readonly int _offset;
    private readonly double[] _best;

    /// <param name="hosts">How many.</param>
    /// <param name="offset">The host that wins a tie, so that not every class begins at the same one.</param>
    public ScoreTree(int hosts, int offset)
    {
        (_hosts, _offset) = (hosts, offset);
        while (_leaves < hosts) _leaves *= 2;
        _best = new double[2 * _leaves];
        Array.Fill(_best, double.NegativeInfinity);
    }

    /// <summary>How far this tree has followed <see cref="ClusterState.Changes"/>.</summary>
    public int Seen { get; set; }

    /// <summary>Hosts that fit.</summary>
    public int Fitting { get; private set; }

    public double Best => _best[1];

    public void SetLeaf(int host, double score)
    {
        ref var leaf = ref _best[_leaves + Place(host)];
        Fitting += (score > double.NegativeInfinity ? 1 : 0) - (leaf > double.NegativeInfinity ? 1 : 0);
        leaf = score;
    }

    public void Build()
    {
        for (var node = _leaves - 1; node >= 1; node--) _best[node] = Math.Max(_best[2 * node], _best[2 * node + 1]);
    }

    public void Update(int host, double score)
    {
        SetLeaf(host, score);
        for (var node = (_leaves + Place(host)) / 2; node >= 1; node /= 2)
        {
            var best = Math.Max(_best[2 * node], _best[2 * node + 1]);
            if (best == _best[node]) break;
            _best[node] = best;
        }
    }

    /// <summary>The host with the best score, or -1 when none fits.</summary>
    public int BestHost()
    {
        if (double.IsNegativeInfinity(_best[1])) return -1;
        var node = 1;
        while (node < _leaves) node = _best[2 * node] == _best[node] ? 2 * node : 2 * node + 1;
        return (node - _leaves + _offset) % _hosts;
    }

    private int Place(int host) => host >= _offset ? host - _offset : host - _offset + _hosts;
}

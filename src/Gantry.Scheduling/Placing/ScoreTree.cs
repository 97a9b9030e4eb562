namespace Gantry.Scheduling.Placing;

/// <summary>Scores of hosts for one class of requests as a tournament: the best is at the root, a changed host costs log n. It holds the hosts from one on,
/// round and round, as far as they were looked at: a class needs no more of them than its sample.</summary>
internal sealed class ScoreTree
{
    private const int FewestLeaves = 4;

    private readonly int _hosts;
    private readonly int _first;
    private int _leaves = FewestLeaves;
    private double[] _best;

    /// <param name="hosts">How many there are.</param>
    /// <param name="first">The host that is looked at first and wins a tie, so that not every class begins at the same one.</param>
    /// <param name="expected">How many will be looked at, as far as is known.</param>
    public ScoreTree(int hosts, int first, int expected)
    {
        (_hosts, _first) = (hosts, first);
        while (_leaves < expected) _leaves *= 2;
        _best = new double[2 * _leaves];
        Clear();
    }

    /// <summary>How far this tree has followed <see cref="ClusterState.Changes"/>.</summary>
    public int Seen { get; set; }

    /// <summary>Hosts that should fit among those looked at.</summary>
    public int Wanted { get; set; }

    /// <summary>Hosts looked at.</summary>
    public int Looked { get; private set; }

    /// <summary>Of these, how many fit.</summary>
    public int Fitting { get; private set; }

    public bool IsWhole => Looked == _hosts;

    public double Best => _best[1];

    /// <summary>The next host to look at.</summary>
    public int Next => (_first + Looked) % _hosts;

    public bool Holds(int host) => Place(host) < Looked;

    /// <summary>Forgets all hosts.</summary>
    public void Clear()
    {
        (Looked, Fitting) = (0, 0);
        Array.Fill(_best, double.NegativeInfinity);
    }

    /// <summary>Takes in <see cref="Next"/>.</summary>
    public void Append(double score)
    {
        if (Looked == _leaves) Double();
        Set(Looked++, score);
    }

    public void Update(int host, double score) => Set(Place(host), score);

    /// <summary>The host with the best score, or -1 when none fits.</summary>
    public int BestHost()
    {
        if (double.IsNegativeInfinity(_best[1])) return -1;
        var node = 1;
        while (node < _leaves) node = _best[2 * node] == _best[node] ? 2 * node : 2 * node + 1;
        return (node - _leaves + _first) % _hosts;
    }

    private void Set(int place, double score)
    {
        ref var leaf = ref _best[_leaves + place];
        Fitting += (score > double.NegativeInfinity ? 1 : 0) - (leaf > double.NegativeInfinity ? 1 : 0);
        leaf = score;
        for (var node = (_leaves + place) / 2; node >= 1; node /= 2)
        {
            var best = Math.Max(_best[2 * node], _best[2 * node + 1]);
            if (best == _best[node]) break;
            _best[node] = best;
        }
    }

    private void Double()
    {
        var grown = new double[4 * _leaves];
        Array.Copy(_best, _leaves, grown, 2 * _leaves, _leaves);
        Array.Fill(grown, double.NegativeInfinity, 3 * _leaves, _leaves);
        _leaves *= 2;
        for (var node = _leaves - 1; node >= 1; node--) grown[node] = Math.Max(grown[2 * node], grown[2 * node + 1]);
        _best = grown;
    }

    private int Place(int host) => host >= _first ? host - _first : host - _first + _hosts;
}

namespace Gantry.Agent.Metrics;

/// <summary>
/// The requests of one app in one step: counts by kind of status, and response times in buckets that grow by a fifth, so that a
/// percentile is right within 10 %.
/// </summary>
internal sealed class RequestStats
{
    private const double Growth = 1.2;
    private const int Buckets = 80;
    private readonly int[] _times = new int[Buckets];
    private readonly Lock _lock = new();
    private int _count, _client, _server;
    private double _slowest;

    public void Add(int status, TimeSpan duration)
    {
        var milliseconds = duration.TotalMilliseconds;
        lock (_lock)
        {
            _count++;
            _client += status is >= 400 and < 500 ? 1 : 0;
            _server += status >= 500 ? 1 : 0;
            _slowest = Math.Max(_slowest, milliseconds);
            _times[Bucket(milliseconds)]++;
        }
    }

    /// <summary>What was counted since the last call, in the order of <see cref="RequestMetric"/>.</summary>
    public MetricValues Take()
    {
        lock (_lock)
        {
            var values = new MetricValues();
            (values[0], values[1], values[2]) = (_count, _client, _server);
            (values[3], values[4], values[5]) = ((float)Percentile(0.5), (float)Percentile(0.95), (float)_slowest);
            (_count, _client, _server, _slowest) = (0, 0, 0, 0);
            Array.Clear(_times);
            return values;
        }
    }

    private static int Bucket(double milliseconds) =>
        milliseconds <= 0.1 ? 0 : Math.Clamp((int)Math.Ceiling(Math.Log(milliseconds / 0.1) / Math.Log(Growth)), 0, Buckets - 1);

    private double Percentile(double share)
    {
        var left = (int)Math.Ceiling(_count * share);
        for (var i = 0; i < Buckets && _count > 0; i++)
            if ((left -= _times[i]) <= 0)
                return Math.Min(_slowest, 0.1 * Math.Pow(Growth, i - 0.5));
        return 0;
    }
}

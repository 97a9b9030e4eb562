namespace Gantry.Scheduling.Profiles;

/// <summary>What became of a sample.</summary>
public enum SampleResult
{
    /// <summary>It is in the profile.</summary>
    Added,
    /// <summary>NaN, infinite, beyond what a profile can hold, or negative: nothing was measured, the profile is as before.</summary>
    NotANumber,
    /// <summary>It is not later than the newest one: a clock was set back or the sample came twice.</summary>
    ClockWentBack,
}

/// <summary>Collects one resource of one container at run time: a window of samples, a histogram of it, and the usual day.
/// Under 2 KB, and a sample costs the same whatever was seen before.</summary>
public sealed class ProfileState
{
    /// <summary>Samples kept: Sandpiper's window, 33 minutes at 10 s.</summary>
    public const int WindowSize = 200;

    /// <summary>Parts of a day.</summary>
    public const int DayParts = 96;

    /// <summary>Each bucket of the histogram is 2 % of the limit wide; the last one takes what is above.</summary>
    private const int Buckets = 64;

    private const float BucketShare = 0.02f;

    /// <summary>How much of a usual peak one day that stayed below takes away: half in about seven days.</summary>
    private const float DailyDecay = 0.1f;

    /// <summary>A part of the day in which nothing was measured yet: not the same as one in which nothing was used.</summary>
    private const float NotSeen = -1;

    private const int PartSeconds = 86400 / DayParts;

    /// <summary>Samples that are written behind the window before it is copied to a new array.</summary>
    private const int Room = 50;

    private const int FirstLength = 16;

    private readonly byte[] _histogram = new byte[Buckets];
    private readonly float _bucket;
    private readonly long _interval;

    /// <summary>The window is its last part that is filled. What was written is never changed, so that a snapshot can look at it.</summary>
    private float[] _samples = new float[FirstLength];
    private int _filled;

    /// <summary>Empty before the first part of a day has ended. A change makes a new one.</summary>
    private float[] _daily = [];
    private int _partsSeen;
    private long _newest = long.MinValue;
    private long _part = long.MinValue;
    private float _partPeak;

    /// <param name="limit">The container's limit: the scale of the histogram.</param>
    /// <param name="intervalSeconds">Time between samples.</param>
    public ProfileState(long limit, int intervalSeconds = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(intervalSeconds);
        _bucket = Math.Max(1, limit) * BucketShare;
        _interval = intervalSeconds;
    }

    public int Count { get; private set; }

    /// <summary>Takes a sample in. Samples missed since the last one repeat it, a window long at most.</summary>
    /// <param name="unixSeconds">When it was taken.</param>
    public SampleResult Add(long unixSeconds, double value)
    {
        if (!float.IsFinite((float)value) || value < 0) return SampleResult.NotANumber;
        if (unixSeconds <= _newest) return SampleResult.ClockWentBack;
        if (Count > 0)
        {
            var missed = Math.Min((unixSeconds - _newest + _interval / 2) / _interval - 1, WindowSize - 1);
            for (var i = 0; i < missed; i++) Push(Newest);
        }

        Push((float)value);
        CountDay((long)Math.Floor(unixSeconds / (double)PartSeconds), (float)value);
        _newest = unixSeconds;
        return SampleResult.Added;
    }

    /// <summary>An upper bound of the percentile, from the histogram: exact to 2 % of the limit up to 126 % of it.</summary>
    public double Percentile(double share)
    {
        if (Count == 0) return 0;
        var left = ProfileSnapshot.Rank(share, Count) + 1;
        var bucket = 0;
        while ((left -= _histogram[bucket]) > 0) bucket++;
        return bucket == Buckets - 1 ? Window.Max() : (bucket + 1) * _bucket;
    }

    /// <summary>What was seen so far; it shares memory with this, and later samples do not reach into it.</summary>
    public ProfileSnapshot ToSnapshot() => new(Window) { Daily = _partsSeen == DayParts ? _daily : [] };

    private ArraySegment<float> Window => new(_samples, _filled - Count, Count);

    private float Newest => _samples[_filled - 1];

    private void Push(float value)
    {
        if (Count == WindowSize) _histogram[Bucket(Window[0])]--;
        if (_filled == _samples.Length) MakeRoom();
        _samples[_filled++] = value;
        _histogram[Bucket(value)]++;
        Count = Math.Min(Count + 1, WindowSize);
    }

    private void MakeRoom()
    {
        var kept = Count == WindowSize ? Window[1..] : Window;
        var next = new float[Math.Min(2 * kept.Count, WindowSize + Room)];
        kept.CopyTo(next);
        (_samples, _filled) = (next, kept.Count);
        // The one that the new sample pushes out.
        Count = kept.Count;
    }

    private void CountDay(long part, float value)
    {
        if (part == _part)
        {
            _partPeak = Math.Max(_partPeak, value);
            return;
        }

        if (_part != long.MinValue) CloseDayPart();
        _part = part;
        _partPeak = value;
    }

    private void CloseDayPart()
    {
        if (_daily.Length == 0) Array.Fill(_daily = new float[DayParts], NotSeen);
        else _daily = [.. _daily];
        ref var usual = ref _daily[(int)((_part % DayParts + DayParts) % DayParts)];
        if (usual == NotSeen) _partsSeen++;
        usual = _partPeak >= usual ? _partPeak : usual + DailyDecay * (_partPeak - usual);
    }

    private int Bucket(float value) => (int)Math.Min(value / _bucket, Buckets - 1);
}

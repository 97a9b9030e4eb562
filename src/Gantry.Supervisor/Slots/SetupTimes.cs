namespace Gantry.Supervisor.Slots;

/// <summary>How long something took the last hundred times.</summary>
internal sealed class SetupTimes
{
    private const int Kept = 100;
    private readonly Queue<TimeSpan> _times = [];

    /// <summary>0 before the first.</summary>
    public long MedianMicroseconds => _times.Count == 0 ? 0 : (long)_times.Order().ElementAt(_times.Count / 2).TotalMicroseconds;

    public void Add(TimeSpan time)
    {
        _times.Enqueue(time);
        if (_times.Count > Kept)
            _times.Dequeue();
    }
}

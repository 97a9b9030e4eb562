namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>
/// What a value may be, by what was acknowledged: after an acknowledged change only the new value, after one whose answer got
/// lost the old or the new one. Times are those of one clock.
/// </summary>
public sealed class Register<T>(T first) where T : notnull
{
    /// <summary>A value as often as it was asked for: one request for it may be refused, while of another nobody knows.</summary>
    private readonly List<(TimeSpan At, List<T> Possible)> _history = [(TimeSpan.MinValue, [first])];
    private readonly Lock _gate = new();

    /// <summary>A change was asked for: from now on it may count.</summary>
    public void Begin(TimeSpan at, T value) => Add(at, known => [.. known, value]);

    /// <summary>It was acknowledged: nothing else may be seen by whoever asks from now on.</summary>
    public void Acknowledge(TimeSpan at, T value) => Add(at, _ => [value]);

    /// <summary>It was refused for good.</summary>
    public void Refuse(TimeSpan at, T value) => Add(at, known => known.LastIndexOf(value) is var i and > 0 ? [.. known[..i], .. known[(i + 1)..]] : known);

    public IReadOnlySet<T> Now
    {
        get
        {
            lock (_gate)
                return _history[^1].Possible.ToHashSet();
        }
    }

    /// <summary>The value of which nobody knows better: the only one.</summary>
    public T Single => Now.Single();

    /// <summary>True when somebody who asked at one time and was answered at another may have seen this.</summary>
    public bool Allows(T value, TimeSpan asked, TimeSpan answered)
    {
        lock (_gate)
        {
            var before = _history.FindLastIndex(h => h.At <= asked);
            return _history.Skip(before).TakeWhile((h, i) => i == 0 || h.At <= answered).Any(h => h.Possible.Contains(value));
        }
    }

    private void Add(TimeSpan at, Func<List<T>, List<T>> change)
    {
        lock (_gate)
            _history.Add((at, change(_history[^1].Possible)));
    }
}

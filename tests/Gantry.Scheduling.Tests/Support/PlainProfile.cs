using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>A profile that keeps every sample it ever took and works everything out anew from the list.</summary>
internal sealed class PlainProfile(int interval)
{
    private const int Window = 200, DayParts = 96, PartSeconds = 900;

    private readonly List<double> _filled = [];
    private readonly List<(long Time, double Value)> _taken = [];

    public SampleResult Add(long time, double value)
    {
        if (double.IsNaN(value) || double.IsInfinity(value) || value < 0) return SampleResult.NotANumber;
        if (_taken.Count > 0 && time <= _taken[^1].Time) return SampleResult.ClockWentBack;
        if (_taken.Count > 0)
        {
            // Missed: those between, to the nearest interval; each repeats the last.
            var missed = (long)Math.Floor((time - _taken[^1].Time) / (double)interval + 0.5) - 1;
            for (var i = 0; i < Math.Min(missed, Window); i++) _filled.Add(_taken[^1].Value);
        }

        _filled.Add(value);
        _taken.Add((time, value));
        return SampleResult.Added;
    }

    public IReadOnlyList<float> Samples => [.. _filled.TakeLast(Window).Select(v => (float)v)];

    /// <summary>By part of the day: its peaks day after day; a higher one counts at once, a lower one takes a tenth of the difference away. Empty until
    /// every part was seen to its end.</summary>
    public IReadOnlyList<float> Daily
    {
        get
        {
            var usual = new float?[DayParts];
            var days = _taken.GroupBy(s => (long)Math.Floor(s.Time / (double)PartSeconds)).OrderBy(g => g.Key).SkipLast(1);
            foreach (var part in days)
            {
                var peak = (float)part.Max(s => s.Value);
                ref var known = ref usual[(int)((part.Key % DayParts + DayParts) % DayParts)];
                known = known is not { } before || peak >= before ? peak : before + 0.1f * (peak - before);
            }

            return Array.TrueForAll(usual, u => u is not null) ? [.. usual.Select(u => u!.Value)] : [];
        }
    }
}

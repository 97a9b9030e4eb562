using System.Globalization;
using System.Text.RegularExpressions;

namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>The lines that one run of an app says it has written: numbers from 1 on.</summary>
/// <param name="Written">The highest number it acknowledged.</param>
/// <param name="Cut">How many of its last lines may be gone: those of the last moments before its host's power was cut; else 0.</param>
public sealed record WrittenLines(string Run, int Written, int Cut);

/// <summary>Compares a log with what was written into it.</summary>
public static partial class NumberedLines
{
    /// <summary>One sentence for each run whose lines are not there exactly once. With <paramref name="whole"/> false a log may end early.</summary>
    public static IReadOnlyList<string> Check(string log, IEnumerable<WrittenLines> written, bool whole = true)
    {
        var found = Pattern().Matches(log).ToLookup(m => m.Groups[1].Value, m => int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));
        var wrong = found.SelectMany(run => run.CountBy(n => n).Where(n => n.Value > 1).Select(n => $"line {n.Key} of the run {run.Key} is there {n.Value} times")).ToList();
        if (!whole)
            return wrong;
        var lost = written.Select(run => Missing(run, [.. found[run.Run]])).Where(l => l.Lost > 0).ToList();
        // Loss that the log itself counts is not silent: that is what a full disk costs.
        if (lost.Sum(l => l.Lost) > Notice().Matches(log).Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)))
            wrong.AddRange(lost.Select(l => l.What));
        return wrong;
    }

    private static (int Lost, string What) Missing(WrittenLines run, HashSet<int> found)
    {
        var missing = Enumerable.Range(1, run.Written).Where(n => !found.Contains(n)).ToList();
        // A cut takes the last lines, never some in between.
        var lost = missing.Count(n => n <= run.Written - run.Cut || found.Any(f => f > n));
        return (lost, $"{lost} of {run.Written} lines of the run {run.Run} are missing: {string.Join(", ", missing.Take(8))} … {missing.LastOrDefault()}");
    }

    [GeneratedRegex(@"line ([0-9a-f]{12}) ([0-9]+)\b")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"-- ([0-9]+) lines / [0-9]+ bytes were not kept")]
    private static partial Regex Notice();
}

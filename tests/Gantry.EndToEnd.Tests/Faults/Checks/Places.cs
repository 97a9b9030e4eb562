namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>How many serving containers each app has on the host that a fault strikes, and elsewhere.</summary>
public static class Places
{
    public static IReadOnlyDictionary<string, (int Here, int Elsewhere)> Of(IEnumerable<RecordedContainer> containers, string host) => containers
        .Where(c => c is { Type: "web", Wanted: true, State: "Running", IsCurrent: true })
        .GroupBy(c => c.App).ToDictionary(g => g.Key, g => (g.Count(c => c.Host == host), g.Count(c => c.Host != host)));

    /// <summary>
    /// The worst for each app of what was seen while the fault lasted: a release or a restart that was under way may have left it with a container on
    /// that host alone.
    /// </summary>
    public static IReadOnlyDictionary<string, (int Here, int Elsewhere)> Worst(
        IReadOnlyDictionary<string, (int Here, int Elsewhere)> before, IReadOnlyDictionary<string, (int Here, int Elsewhere)> now) =>
        before.Keys.Union(now.Keys).ToDictionary(
            app => app,
            app => (before.GetValueOrDefault(app), now.GetValueOrDefault(app)) is var (a, b) && !before.ContainsKey(app) ? b : (Math.Max(a.Here, b.Here), Math.Min(a.Elsewhere, b.Elsewhere)));
}

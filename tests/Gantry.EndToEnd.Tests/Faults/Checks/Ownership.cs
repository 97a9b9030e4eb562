namespace Gantry.EndToEnd.Tests.Faults.Checks;

/// <summary>A container as the records have it.</summary>
/// <param name="IsCurrent">It belongs to the release that serves.</param>
public sealed record RecordedContainer(string Id, string App, string Type, int Slot, string State, bool Wanted, string Host, string? Address, bool IsCurrent);

/// <summary>
/// What only one container may have. A record follows what it tells of by moments, so what is seen twice counts when it stays.
/// </summary>
public sealed class Ownership(TimeSpan patience)
{
    private readonly Dictionary<string, TimeSpan> _since = [];

    /// <summary>Sentences on what has had two owners for longer than the patience.</summary>
    public IReadOnlyList<string> See(IReadOnlyCollection<RecordedContainer> live, TimeSpan now)
    {
        var running = live.Where(c => c.State is "Booting" or "Running" or "Stopping").ToList();
        var addresses = running.Where(c => c.Address is not null).GroupBy(c => c.Address!).Where(g => g.Count() > 1)
            .Select(g => $"the address {g.Key} belongs to {Names(g)}");
        var slots = running.Where(c => c is { Wanted: true, State: "Running", IsCurrent: true } && c.Type is not "one-off" and not "postdeploy")
            .GroupBy(c => (c.App, c.Type, c.Slot)).Where(g => g.Count() > 1).Select(g => $"the slot {g.Key.Type}-{g.Key.Slot} of {g.Key.App} belongs to {Names(g)}");
        var twice = addresses.Concat(slots).ToHashSet();
        foreach (var gone in _since.Keys.Where(k => !twice.Contains(k)).ToList())
            _since.Remove(gone);
        foreach (var seen in twice)
            _since.TryAdd(seen, now);
        return [.. _since.Where(s => now - s.Value >= patience).Select(s => s.Key)];
    }

    private static string Names(IEnumerable<RecordedContainer> containers) =>
        string.Join(" and ", containers.OrderBy(c => c.Id, StringComparer.Ordinal).Select(c => $"{c.Id} ({c.State} on {c.Host})"));
}

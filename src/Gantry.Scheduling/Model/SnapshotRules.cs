using System.Globalization;
using Gantry.Domain;
using Gantry.Scheduling.Prediction;

namespace Gantry.Scheduling.Model;

/// <summary>What must hold of a snapshot before a pass begins. A snapshot that breaks a rule is refused whole: a plan made from
/// numbers that can't be true is worse than none.</summary>
public static class SnapshotRules
{
    /// <summary>Above this a sum of a few thousand could overflow, and a double is not exact; no host has so much of anything.</summary>
    private const long Most = 1L << 52;

    /// <summary>Containers of one request: ten times what the largest cluster holds. What takes nothing could be placed for ever.</summary>
    private const int MostAtOnce = 10_000_000;

    /// <summary>The first rule the snapshot breaks, or null.</summary>
    public static Refusal? Check(ClusterSnapshot snapshot) =>
        CheckResources(snapshot) ?? CheckHosts(snapshot) ?? CheckContainers(snapshot) ?? CheckRequests(snapshot) ?? CheckPolicy(snapshot);

    /// <summary>Containers whose host is not in the snapshot, as sentences for an operator.</summary>
    public static IReadOnlyList<string> Orphans(ClusterSnapshot snapshot)
    {
        var known = snapshot.Hosts.Select(h => h.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. snapshot.Containers.Where(c => !known.Contains(c.Host)).GroupBy(c => c.Host, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => string.Create(CultureInfo.InvariantCulture,
                    $"{g.Count()} containers are on host {g.Key}, which is not in the cluster any more ({g.Min(c => c.Id)} is one): place them again or remove them.")),
        ];
    }

    private static Refusal? CheckResources(ClusterSnapshot snapshot) =>
        snapshot.Resources.Count == 0 ? Refusal.Invalid("resources", "The snapshot names no resource, so nothing can be placed by it. Name at least cpu and memory.")
        : Twice(snapshot.Resources) is { } name ? Refusal.Invalid("resources", $"The resource {name} is named twice. Name each once.")
        : null;

    private static Refusal? CheckHosts(ClusterSnapshot snapshot)
    {
        if (Twice(snapshot.Hosts.Select(h => h.Id)) is { } id) return Refusal.Invalid("hosts", $"Host {id} is in the snapshot twice. Every host needs an id of its own.");
        foreach (var host in snapshot.Hosts)
        {
            if (Vector(snapshot, host.Capacity, "hosts", "Host", host.Id, "capacity") is { } refusal) return refusal;
            if (host.Capacity.All(c => c == 0)) return Refusal.Invalid("hosts", $"Host {host.Id} has no capacity at all. Measure it again, or leave it out.");
            if (host.RunQueue is { } queue && (!double.IsFinite(queue) || queue < 0))
                return Refusal.Invalid("hosts", $"Host {host.Id}'s run queue is not a number of threads. Leave it out where it is not measured.");
        }

        return null;
    }

    private static Refusal? CheckContainers(ClusterSnapshot snapshot)
    {
        if (Twice(snapshot.Containers.Select(c => c.Id)) is { } id) return Refusal.Invalid("containers", $"Container {id} is in the snapshot twice. It can run in one place only.");
        foreach (var container in snapshot.Containers)
        {
            if (Vector(snapshot, container.Limits, "containers", "Container", container.Id, "limits") is { } refusal) return refusal;
            if (container.MaxLimits.Count != 0 && CheckMaxLimits(snapshot, container) is { } limits) return limits;
            if (container.Profiles.Count != 0 && container.Profiles.Count != snapshot.Resources.Count)
                return Refusal.Invalid("containers", $"Container {container.Id} has {container.Profiles.Count} profiles for {snapshot.Resources.Count} resources. Give one for each, null where none was measured.");
            if (CheckProfiles(container) is { } profiles) return profiles;
            if (container.Requests is { } requests && !requests.IsValid())
                return Refusal.Invalid("containers", $"Container {container.Id}'s requests have a number that can't be. Leave out what the router did not measure.");
            if (container.Constraints.MaxPerHost < 0) return Refusal.Invalid("containers", $"Container {container.Id} allows {container.Constraints.MaxPerHost} containers a host. Use 0 for no bound.");
        }

        return null;
    }

    private static Refusal? CheckProfiles(ContainerSnapshot container)
    {
        for (var r = 0; r < container.Profiles.Count; r++)
        {
            if (container.Profiles[r] is not { } profile) continue;
            if (!profile.IsValid())
                return Refusal.Invalid("containers", $"Container {container.Id}'s profile has a sample that is not a number from 0 up. Leave out what was not measured.");
            if (profile.Pressure is not (>= 0 and <= 1))
                return Refusal.Invalid("containers", $"Container {container.Id}'s memory pressure is not a share of time. Use 0 where it is not measured.");
        }

        return null;
    }

    private static Refusal? CheckMaxLimits(ClusterSnapshot snapshot, ContainerSnapshot container) =>
        Vector(snapshot, container.MaxLimits, "containers", "Container", container.Id, "highest limits")
        ?? (container.MaxLimits.Zip(container.Limits).Any(l => l.First < l.Second)
            ? Refusal.Invalid("containers", $"Container {container.Id} has a limit above the highest it may have. Give the limit itself where it may not be raised.") : null);

    private static Refusal? CheckRequests(ClusterSnapshot snapshot)
    {
        if (Twice(snapshot.Pending.Select(p => p.Id)) is { } id) return Refusal.Invalid("pending", $"Request {id} is in the snapshot twice. Every request needs an id of its own.");
        return snapshot.Pending.Select(p => Check(snapshot, p)).FirstOrDefault(r => r is not null) ?? CheckNewIds(snapshot) ?? CheckInterference(snapshot);
    }

    /// <summary>The containers' own ids are known to be apart. An empty new id is none.</summary>
    private static Refusal? CheckNewIds(ClusterSnapshot snapshot) =>
        snapshot.NewIds.Count > 0 && Twice(snapshot.Containers.Select(c => c.Id).Concat(snapshot.NewIds.Where(id => id.Length > 0))) is { } id
            ? Refusal.Invalid("newIds", $"The new id {id} is that of another container too. Every container needs an id of its own.") : null;

    /// <summary>The first rule that a request for places in the snapshot breaks, or null.</summary>
    internal static Refusal? Check(ClusterSnapshot snapshot, PlacementRequest request) =>
        request.Count is < 1 or > MostAtOnce ? Refusal.Invalid("pending", $"Request {request.Id} asks for {request.Count} containers. Ask for at least one, and {MostAtOnce} at most.")
        : Vector(snapshot, request.Limits, "pending", "Request", request.Id, "limits") is { } refusal ? refusal
        : request.Constraints.MaxPerHost < 0 ? Refusal.Invalid("pending", $"Request {request.Id} allows {request.Constraints.MaxPerHost} containers a host. Use 0 for no bound.")
        : null;

    private static Refusal? CheckInterference(ClusterSnapshot snapshot) =>
        snapshot.Interference.FirstOrDefault(i => i.Most < 0) is { } rule
            ? Refusal.Invalid("interference", $"The rule between {rule.App} and {rule.Other} allows {rule.Most} containers. The least that can be allowed is 0.") : null;

    private static Refusal? CheckPolicy(ClusterSnapshot snapshot)
    {
        var policy = snapshot.Policy;
        if (PeakPredictors.Find(policy.Predictor) is null)
            return Refusal.Invalid("policy", $"There is no predictor {policy.Predictor}. Use one of {string.Join(", ", PeakPredictors.All.Select(p => p.Name))}.");
        if (Twice(policy.Rankers.Select(r => r.Ranker)) is { } twice) return Refusal.Invalid("policy", $"The ranker {twice} is named twice. Name it once, with one weight.");
        foreach (var ranker in policy.Rankers)
        {
            if (Placing.Rankers.Find(ranker.Ranker) is null)
                return Refusal.Invalid("policy", $"There is no ranker {ranker.Ranker}. Use some of {string.Join(", ", Placing.Rankers.All.Select(r => r.Name))}.");
            if (!double.IsFinite(ranker.Weight)) return Refusal.Invalid("policy", $"The weight of ranker {ranker.Ranker} is not a number. Use 1 for one that counts once.");
        }

        foreach (var overcommit in policy.Overcommit)
        {
            if (!snapshot.Resources.Contains(overcommit.Resource))
                return Refusal.Invalid("policy", $"The overcommit of {overcommit.Resource} is set, but the snapshot does not count that resource. Count it, or leave the overcommit out.");
            if (!double.IsFinite(overcommit.Factor) || overcommit.Factor <= 0)
                return Refusal.Invalid("policy", $"The overcommit of {overcommit.Resource} is {overcommit.Factor.ToString(CultureInfo.InvariantCulture)}. Use a factor above 0; 1 promises exactly what is there.");
        }

        // Which of two counts would depend on the order of the list.
        if (Twice(policy.Overcommit.Select(o => $"The overcommit of {o.Resource} for {(o.Class.Length == 0 ? "all hosts" : $"hosts of class {o.Class}")} is set twice. Set it once.")) is { } both)
            return Refusal.Invalid("policy", both);
        return policy.SampleSize < 0 ? Refusal.Invalid("policy", "The sample size is negative. Use 0 to score all hosts.") : CheckHotspots(policy.Hotspots);
    }

    private static Refusal? CheckHotspots(HotspotPolicy policy)
    {
        static Refusal Refused(string what, double value, string wanted) => Refusal.Invalid("policy", string.Create(CultureInfo.InvariantCulture, $"The hotspot {what} is {value}. Use {wanted}."));
        if (!(policy.Threshold > 0 && double.IsFinite(policy.Threshold))) return Refused("threshold", policy.Threshold, "a share of capacity above 0; 0.75 calls a host hot above three quarters");
        if (!(policy.Hysteresis >= 0 && policy.Hysteresis < policy.Threshold)) return Refused("hysteresis", policy.Hysteresis, "a share of capacity from 0 up and below the threshold");
        if (policy.SamplesAbove < 1 || policy.SamplesAbove > policy.SamplesLooked)
            return Refusal.Invalid("policy", $"A host would be hot when {policy.SamplesAbove} of {policy.SamplesLooked} samples are above the threshold. Use one of them at least, all of them at most.");
        if (!(policy.CoolDownSeconds >= 0)) return Refused("cool-down", policy.CoolDownSeconds, "seconds from 0 up");
        if (!(policy.MaxMovesPerHour >= 0)) return Refused("share of moves an hour", policy.MaxMovesPerHour, "a share from 0 up; 0.03 moves at most 3 % of the containers");
        return Math.Min(policy.MaxMoves, policy.MaxMovesPerApp) < 0 ? Refused("bound of moves", Math.Min(policy.MaxMoves, policy.MaxMovesPerApp), "a number from 0 up") : null;
    }

    private static Refusal? Vector(ClusterSnapshot snapshot, IReadOnlyList<long> vector, string field, string kind, string id, string what)
    {
        if (vector.Count != snapshot.Resources.Count) return Refusal.Invalid(field, $"{kind} {id}'s {what} has {vector.Count} numbers for {snapshot.Resources.Count} resources. Give one for each.");
        var (least, most) = (0L, 0L);
        for (var r = 0; r < vector.Count; r++) (least, most) = (Math.Min(least, vector[r]), Math.Max(most, vector[r]));
        return least < 0 ? Refusal.Invalid(field, $"{kind} {id}'s {what} has a negative number. Measure it again, or leave it out.")
            : most > Most ? Refusal.Invalid(field, $"{kind} {id}'s {what} has a number that is too large to be counted with. Measure it again, or leave it out.")
            : null;
    }

    /// <summary>The first id that comes again, or null. What is in order, as nearly all lists are, is only read: a set of a hundred thousand ids is megabytes.</summary>
    private static string? Twice(IEnumerable<string> ids)
    {
        if (AreAscending(ids)) return null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return ids.FirstOrDefault(id => !seen.Add(id));
    }

    private static bool AreAscending(IEnumerable<string> ids)
    {
        string? before = null;
        foreach (var id in ids)
        {
            if (before is not null && string.CompareOrdinal(before, id) >= 0) return false;
            before = id;
        }

        return true;
    }
}

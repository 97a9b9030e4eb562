using Gantry.Scheduling.Model;
using Gantry.Scheduling.Profiles;

namespace Gantry.Scheduling.Tests.Support;

/// <summary>Takes away what the search is stricter about on purpose, where a test asks for the very same answer: an app is bound by the strictest of its
/// containers, loads are rounded up to whole numbers, and so is what a predictor makes of fractions.</summary>
internal static class EvenClusters
{
    public static ClusterSnapshot Of(ClusterSnapshot snapshot)
    {
        var most = snapshot.Containers.GroupBy(c => c.App).ToDictionary(g => g.Key, g => g.First().Constraints.MaxPerHost);
        return snapshot with
        {
            Policy = snapshot.Policy with { Predictor = snapshot.Policy.Predictor is "seasonal" or "n-sigma" ? "percentile-sum" : snapshot.Policy.Predictor },
            Containers =
            [
                .. snapshot.Containers.Select(c => c with
                {
                    Constraints = c.Constraints with { MaxPerHost = most[c.App] },
                    Profiles = [.. c.Profiles.Select(p => p is null ? null : new ProfileSnapshot(Whole(p.Window)) { Daily = Whole(p.Daily) })],
                }),
            ],
        };
    }

    private static float[] Whole(IReadOnlyList<float> samples) => [.. samples.Select(MathF.Ceiling)];
}

using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Placing;

/// <summary>A request ready for the filters: what is equal for all containers of an equivalence class, looked up once.</summary>
internal sealed class RequestClass(ClusterState state, PlacementRequest request)
{
    public PlacementRequest Request { get; } = request;

    public int App { get; } = state.App(request.App);

    public long[] Limits { get; } = request.Limits as long[] ?? [.. request.Limits];

    /// <summary>Which hosts the filters that nothing in a pass can change let through.</summary>
    public bool[] Open { get; set; } = [];

    /// <summary>Scores of hosts, once the class was seen twice.</summary>
    public ScoreTree? Tree { get; set; }

    /// <summary>Equal for requests that every filter and ranker treats alike; only good as a hint, compare with <see cref="IsSame"/>.</summary>
    public ulong Hash { get; } = HashOf(request);

    public bool IsSame(PlacementRequest other) =>
        ReferenceEquals(Request, other)
        || (Request.App == other.App && Request.Priority == other.Priority && Request.Count == other.Count && Request.Type == other.Type && Request.Owner == other.Owner && Request.Volume == other.Volume && Request.Image == other.Image
            && Request.Limits.SequenceEqual(other.Limits) && StaticKey.Same(Request.Constraints, other.Constraints));

    public static ulong HashOf(PlacementRequest request)
    {
        var hash = Mix(Mix(14695981039346656037, request.App), request.Type);
        hash = Mix(Mix(Mix(hash, request.Owner), request.Volume), request.Image);
        hash = Mix(Mix(hash, request.Priority), request.Count);
        for (var i = 0; i < request.Limits.Count; i++) hash = Mix(hash, request.Limits[i]);
        return hash;
    }

    private static ulong Mix(ulong hash, long number) => (hash ^ (ulong)number) * 1099511628211 + 7;

    private static ulong Mix(ulong hash, string text)
    {
        foreach (var c in text) hash = (hash ^ c) * 1099511628211;
        return (hash ^ 0xFFFF) * 1099511628211;
    }
}

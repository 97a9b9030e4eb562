namespace Gantry.Scheduling.Placing;

/// <summary>Scores a host for a request that it can take; higher is better.</summary>
public interface IRanker
{
    string Name { get; }
}

/// <summary>The rankers a policy may name. The models of other systems are here too, so that Lab compares them in the same code.</summary>
public static class Rankers
{
    public static IReadOnlyList<IRanker> All { get; } =
    [
        new SpreadRanker(), new LeastAllocatedRanker(), new MostAllocatedRanker(), new BestFitRanker(), new WorstFitRanker(), new FirstFitRanker(),
        new DotProductRanker(), new EPvmRanker(), new BorgHybridRanker(), new NomadRanker(), new SwarmRanker(), new DiegoRanker(),
        new ImageLocalityRanker(), new LowLoadRanker(), new ZoneSpreadRanker(),
    ];

    /// <summary>The ranker of that name, or null.</summary>
    public static IRanker? Find(string name) => All.FirstOrDefault(r => r.Name == name);
}

/// <summary>What placement needs of a ranker.</summary>
internal abstract class HostRanker(string name) : IRanker
{
    public string Name => name;

    /// <summary>The score changes only on hosts where something is placed, so scores can be kept.</summary>
    public virtual bool IsLocal => true;

    public abstract double Score(ClusterState state, RequestClass request, int host);

    /// <summary>Share of what may be promised that is left when the container is there; 0 where the host lacks the resource.</summary>
    protected static double Left(ClusterState state, RequestClass request, int host, int resource) =>
        (state.Free[resource][host] - request.Limits[resource]) * state.Inverse[resource][host];
}

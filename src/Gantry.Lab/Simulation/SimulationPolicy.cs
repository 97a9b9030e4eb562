using Gantry.Scheduling.Model;

namespace Gantry.Lab.Simulation;

/// <summary>How one scheduler places, and whether it moves what runs.</summary>
/// <param name="Name">For people.</param>
/// <param name="Cluster">Rankers, samples, predictor and overcommit.</param>
internal sealed record SimulationPolicy(string Name, ClusterPolicy Cluster)
{
    public const double MovedAtOnce = 0.03;

    /// <summary>Relieves hot hosts at every measurement.</summary>
    public bool Relieves { get; init; }

    /// <summary>Repacks for fewest hosts every hour, at most <see cref="MovedAtOnce"/> of the containers.</summary>
    public bool Repacks { get; init; }

    public bool Predicts => Cluster.Predictor != "limits";

    /// <summary>Gantry's and its peers' policies for a cluster of so many hosts.</summary>
    public static IReadOnlyList<SimulationPolicy> All(int hosts) =>
    [
        new("Gantry", new ClusterPolicy()),
        new("Gantry, relieved", new ClusterPolicy()) { Relieves = true },
        new("Gantry, repacked", new ClusterPolicy()) { Relieves = true, Repacks = true },
        new("Gantry, predicted", new ClusterPolicy { Predictor = "max" }) { Relieves = true },
        Peer("Kubernetes LeastAllocated", "least-allocated", KubernetesSample(hosts)),
        Peer("Kubernetes MostAllocated", "most-allocated", KubernetesSample(hosts)),
        Peer("Swarm spread", "swarm-spread", 0),
        Diego(),
        Peer("Nomad bin packing", "nomad-binpack", Math.Max(2, (int)Math.Ceiling(Math.Log2(hosts)))),
        Peer("Borg hybrid", "borg-hybrid", 0),
        Peer("E-PVM", "e-pvm", 0),
        Peer("best fit", "best-fit", 0),
        Peer("worst fit", "worst-fit", 0),
        Peer("first fit", "first-fit", 0),
    ];

    /// <summary>Hosts Kubernetes scores for one pod: 50 % less 1 % for every 125 nodes, at least 5 % and at least 100.</summary>
    public static int KubernetesSample(int hosts) => hosts < 100 ? hosts : Math.Max(100, hosts * Math.Max(5, 50 - hosts / 125) / 100);

    /// <summary>An auction counts memory, disk and containers, and no CPU.</summary>
    private static SimulationPolicy Diego()
    {
        var diego = Peer("Diego auction", "diego", 0);
        return diego with { Cluster = diego.Cluster with { Overcommit = [new Overcommit("", ResourceNames.Cpu, 1000)] } };
    }

    private static SimulationPolicy Peer(string name, string ranker, int sample) => new(name, new ClusterPolicy { Rankers = [new RankerWeight(ranker, 1)], SampleSize = sample });
}

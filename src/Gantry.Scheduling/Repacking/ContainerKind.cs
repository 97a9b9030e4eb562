using Gantry.Scheduling.Model;

namespace Gantry.Scheduling.Repacking;

/// <summary>What is equal for containers that a repacking can't tell apart: computed once, however many there are.</summary>
internal sealed class ContainerKind(int app, ContainerSnapshot example, double[] lanes, bool[] open)
{
    public int App => app;

    /// <summary>One of them.</summary>
    public ContainerSnapshot Example => example;

    /// <summary>Load it brings (see <see cref="LaneLayout"/>): whole numbers, so that sums are exact in any order.</summary>
    public double[] Lanes => lanes;

    /// <summary>By host: whether the filters that no move can change let it through.</summary>
    public bool[] Open => open;

    /// <summary>By resource: the most it brings at any time, as reserved or as measured.</summary>
    public double[] Peak { get; init; } = [];

    /// <summary>By resource: the lane in which what was measured of it is highest.</summary>
    public int[] PeakPoint { get; init; } = [];

    /// <summary>How hard it is to place: share of the cluster it takes, resources weighted by how scarce they are.</summary>
    public double Size { get; set; }
}

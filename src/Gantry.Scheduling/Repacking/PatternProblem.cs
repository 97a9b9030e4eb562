namespace Gantry.Scheduling.Repacking;

/// <summary>A packing in which only few things differ: shapes of containers, sizes of hosts, and how many there are of each.</summary>
/// <param name="Need">By shape: what one takes, by resource; whole numbers.</param>
/// <param name="Demand">By shape: containers.</param>
/// <param name="Capacity">By size: what a host has, by resource; whole numbers.</param>
/// <param name="Hosts">By size: hosts.</param>
/// <param name="Open">By size, then shape: whether it may be there.</param>
internal sealed record PatternProblem(double[][] Need, int[] Demand, double[][] Capacity, int[] Hosts, bool[][] Open)
{
    public int Shapes => Need.Length;

    public int Sizes => Capacity.Length;
}

/// <summary>What one host of a size may hold at once.</summary>
internal sealed record Pattern(int Size, (int Shape, int Count)[] Items);

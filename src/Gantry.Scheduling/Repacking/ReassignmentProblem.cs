namespace Gantry.Scheduling.Repacking;

/// <summary>The machine reassignment problem of the ROADEF/EURO challenge 2012: processes of services on machines, with the hard rules
/// capacity (also in flight, for transient resources), conflict, spread and dependency, and five costs.</summary>
public sealed record ReassignmentProblem(
    ReassignmentResource[] Resources, ReassignmentMachine[] Machines, ReassignmentService[] Services, ReassignmentProcess[] Processes,
    ReassignmentBalance[] Balances, long ProcessMoveWeight, long ServiceMoveWeight, long MachineMoveWeight, int[] Initial);

/// <param name="Transient">A moved process needs it on both machines.</param>
/// <param name="Weight">Price of a unit above the safety capacity.</param>
public sealed record ReassignmentResource(bool Transient, long Weight);

public sealed record ReassignmentMachine(int Neighbourhood, int Location, long[] Capacity, long[] Safety, long[] MoveCost);

/// <param name="SpreadMin">Locations the processes must be in.</param>
/// <param name="DependsOn">Services of which one process must be in the neighbourhood of each process of this one.</param>
public sealed record ReassignmentService(int SpreadMin, int[] DependsOn);

public sealed record ReassignmentProcess(int Service, long[] Need, long MoveCost);

/// <summary>Per machine, <paramref name="Target"/> × free of <paramref name="First"/> should not exceed free of <paramref name="Second"/>.</summary>
public sealed record ReassignmentBalance(int First, int Second, long Target, long Weight);

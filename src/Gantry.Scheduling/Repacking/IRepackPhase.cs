namespace Gantry.Scheduling.Repacking;

/// <summary>One way to better an assignment. What it does depends on the assignment and the seed alone, and it ends when it finds nothing
/// more: begun again on the result, it does nothing.</summary>
internal interface IRepackPhase
{
    /// <summary>Tries one change; false when there is nothing left to try.</summary>
    bool Step();
}

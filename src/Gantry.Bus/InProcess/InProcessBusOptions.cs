namespace Gantry.Bus.InProcess;

/// <summary>Bounds of the bus inside one process.</summary>
public sealed class InProcessBusOptions
{
    /// <summary>Notifications that wait for one slow subscriber before it is told that it missed some.</summary>
    public int Capacity { get; set; } = 65_536;
}

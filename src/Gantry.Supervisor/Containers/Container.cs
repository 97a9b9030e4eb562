using Gantry.Linux.Supervision;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Containers;

/// <summary>Runtime holder of one container.</summary>
internal sealed class Container(StartRequest request, string directory)
{
    public StartRequest Request { get; } = request;
    public ContainerFiles Files { get; } = new(directory);
    public ContainerRecord Record { get; set; } = new()
    {
        Id = request.Id, State = States.Created, Slot = -1, MemoryBytes = request.MemoryBytes, SwapBytes = request.SwapBytes,
    };

    /// <summary>Null before its start, and for containers that a predecessor started.</summary>
    public Slot? Slot { get; set; }

    /// <summary>The taking of its slot, while and after it happens: before the launch where files come first.</summary>
    public Task? Preparation { get; set; }

    /// <summary>The launch, while and after it happens; null for a container that waits for a terminal.</summary>
    public Task? Launch { get; set; }

    /// <summary>Completes when it has exited, its log is drained and the exit is on disk.</summary>
    public TaskCompletionSource Ended { get; } = new();
    public Task? Removal { get; set; }

    /// <summary>True once the platform sent a signal: an end is then no fault of the app.</summary>
    public bool Signalled { get; set; }

    /// <summary>Why the platform killed it, as a sentence.</summary>
    public string? KillReason { get; set; }
    public IDisposable? Deadline { get; set; }
}

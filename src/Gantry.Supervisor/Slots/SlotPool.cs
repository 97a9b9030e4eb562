using System.Diagnostics;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Mounting;
using Gantry.Supervisor.Processes;

namespace Gantry.Supervisor.Slots;

/// <summary>Keeps a few slots ready, because making one costs more time than starting a container.</summary>
internal sealed class SlotPool(SupervisorOptions options, SlotPlan plan, NamespaceMaker namespaces, Veth veth, ScratchDisk scratch, Closer closer, Tool tool, EventLoop loop)
{
    private readonly Queue<Slot> _ready = [];
    private readonly HashSet<int> _used = [];

    // A number comes back only after all others, so that nothing still speaks to its last user.
    private int _next = Random.Shared.Next(options.Slots);
    private long _scratchBytes = options.WarmScratchBytes;
    private static readonly TimeSpan _quiet = TimeSpan.FromMilliseconds(100);
    private IDisposable? _soon;
    private bool _filling;
    private bool _closed;

    /// <summary>Marks a slot that a container of a predecessor still uses.</summary>
    public void MarkUsed(int number) => _used.Add(number);

    public async Task<Slot> TakeAsync(long scratchBytes)
    {
        _scratchBytes = scratchBytes;
        if (!_ready.TryDequeue(out var slot))
            slot = await MakeAsync(scratchBytes);
        if (slot.ScratchBytes == scratchBytes)
            return slot;
        Mounts.Unmount(slot.Scratch);
        await closer.CloseAsync(slot.TakeDescriptors());
        await scratch.MountAsync(slot, scratchBytes);
        return slot;
    }

    /// <summary>Refills when starts come less often than this, or when nothing is left: it competes with them for the processor.</summary>
    public void RefillSoon()
    {
        _soon?.Dispose();
        if (_ready.Count == 0)
            loop.Post(Refill);
        else
            _soon = loop.After(_quiet, Refill);
    }

    /// <summary>Makes slots in the background until enough are ready; tries again later when the host fails.</summary>
    public async void Refill()
    {
        if (_filling || _closed)
            return;
        _filling = true;
        try
        {
            while (!_closed && _ready.Count < options.PoolSize)
                _ready.Enqueue(await MakeAsync(_scratchBytes));
        }
        catch (IOException e)
        {
            Console.Error.WriteLine($"Preparing a slot failed, trying again in 5 s. {e.Message}");
            loop.After(TimeSpan.FromSeconds(5), Refill);
        }
        finally
        {
            _filling = false;
        }
    }

    /// <summary>Frees the number of a slot that a predecessor made; the kernel has freed the rest.</summary>
    public void Forget(int number)
    {
        MountTree.Remove(plan.Make(number).Directory);
        _used.Remove(number);
    }

    public async Task ReleaseAsync(Slot slot)
    {
        slot.CloseNamespaces();
        LiftLimits(slot);
        if (slot.IsDetached)
            MountTree.Remove(slot.Directory);
        else
            await MountTree.RemoveAsync(slot.Directory, tool);
        await closer.CloseAsync(slot.TakeDescriptors());
        _used.Remove(slot.Number);
    }

    /// <summary>Frees what is ready; nothing is made any more.</summary>
    public async Task CloseAsync()
    {
        _closed = true;
        while (_filling)
            await loop.Delay(TimeSpan.FromMilliseconds(5));
        while (_ready.TryDequeue(out var slot))
            await ReleaseAsync(slot);
    }

    /// <summary>The loop device gets another file next, perhaps not ours.</summary>
    private static void LiftLimits(Slot slot)
    {
        if (slot.Disk != -1)
            BlockIo.LimitWriteBack($"/proc/self/fd/{slot.Disk}", null, null);
    }

    private async Task<Slot> MakeAsync(long scratchBytes)
    {
        var slot = plan.Make(NextNumber());
        try
        {
            var from = Stopwatch.GetTimestamp();
            await namespaces.MakeAsync(slot);
            veth.Make(slot);
            slot.NetworkSetup = Stopwatch.GetElapsedTime(from);
            await scratch.MountAsync(slot, scratchBytes);
            return slot;
        }
        catch
        {
            await ReleaseAsync(slot);
            throw;
        }
    }

    private int NextNumber()
    {
        for (var tries = 0; tries < options.Slots; tries++)
        {
            _next = (_next + 1) % options.Slots;
            // An interface of that name may outlive its slot for a moment.
            if (!_used.Contains(_next) && !Directory.Exists($"/sys/class/net/{options.InterfacePrefix}{_next}"))
            {
                _used.Add(_next);
                return _next;
            }
        }
        throw new IOException($"All {options.Slots} slots of this host are in use: remove containers or enlarge the subnet.");
    }
}

using System.Diagnostics;
using System.Runtime.InteropServices;
using Gantry.Linux.Kernel;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Hosts;
using Gantry.Supervisor.Logs;
using Gantry.Supervisor.Mounting;
using Gantry.Supervisor.Oci;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor.Containers;

/// <summary>Takes a container from its request to its running first process.</summary>
internal sealed class Launcher(
    SupervisorOptions options, SlotPool pool, ContainerMounts mounts, Crun crun, Cgroups cgroups, LogPump pump, SetupTimes network, TimeProvider time)
{
    private readonly string _bootId = Boot.Id;
    private readonly byte[] _seccomp = Seccomp.Convert(
        options.SeccompProfilePath, RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64");

    public async Task LaunchAsync(Container container, string? consoleSocket)
    {
        var (request, files) = (container.Request, container.Files);
        await PrepareAsync(container);
        var slot = container.Slot!;
        // Before the first packet can leave.
        var from = Stopwatch.GetTimestamp();
        if (request.BitsPerSecond is { } bits)
            Bandwidth.Limit(slot.NetworkNamespace, bits);
        network.Add(slot.NetworkSetup + Stopwatch.GetElapsedTime(from));
        BlockIo.LimitWriteBack(slot.Scratch, request.DiskBytesPerSecond, request.DiskOperationsPerSecond);
        files.WriteHosts(slot.Address, request.Hostname);
        var (rootfs, list) = await mounts.MakeAsync(slot, request, files.Directory);
        files.WriteConfig(OciConfig.Write(request, Inputs(request, slot, rootfs, list)));
        if (consoleSocket is null)
            PrepareLog(container, slot);
        var pid = await crun.RunAsync(container, consoleSocket);
        container.Record = container.Record with
        {
            State = States.Running, Pid = pid, StartedAt = time.GetUtcNow().ToUnixTimeMilliseconds(), StartedUptime = BootClock.Milliseconds,
        };
        Store(container);
    }

    /// <summary>Gives a container its place on the host; files can be put there from now on.</summary>
    public Task PrepareAsync(Container container) =>
        container.Preparation is { IsFaulted: false } begun ? begun : container.Preparation = TakeSlotAsync(container);

    public void Store(Container container) => container.Files.WriteSpec(new StoredSpec(container.Request, _bootId, container.Record));

    private async Task TakeSlotAsync(Container container)
    {
        var slot = container.Slot = await pool.TakeAsync(container.Request.ScratchBytes);
        pool.RefillSoon();
        container.Record = container.Record with { Slot = slot.Number, Address = slot.Address };
        Store(container);
    }

    private void PrepareLog(Container container, Slot slot)
    {
        var fifo = container.Files.Fifo;
        LinuxException.Check(Libc.MakeFifo(fifo, 0x180), $"Making {fifo}");
        // Programs that open /dev/stdout open this file.
        LinuxException.Check(Libc.Chown(fifo, slot.AppId, slot.AppId), $"Giving {fifo} to the app");
        pump.Add(container.Request.Id, fifo, container.Request.SpoolDirectory, container.Request.LogRate);
    }

    private OciInputs Inputs(StartRequest request, Slot slot, string rootfs, List<OciMount> list) => new(
        rootfs, slot.PlainIds ? slot.AppId : OciConfig.AppUser, slot.PlainIds ? null : $"/proc/{Environment.ProcessId}/fd/{slot.UserNamespace}",
        $"/proc/{Environment.ProcessId}/fd/{slot.NetworkNamespace}",
        cgroups.PathInHierarchy(request.Id), cgroups.SwapAccounting, _seccomp, crun.Filter, options.InitPath, list, DisksOf(request, slot));

    /// <summary>What the container's files are on: its own scratch, and the disks of the stack and the layer that all share.</summary>
    private static string[] DisksOf(StartRequest request, Slot slot) => !BlockIo.CanLimit
        ? []
        : [.. new[] { slot.Scratch, request.StackDirectory, request.LayerDirectory ?? slot.Scratch }.Select(BlockIo.DiskOf).OfType<string>().Distinct()];
}

using System.Text.Json;
using Gantry.Linux.Kernel;
using Gantry.Linux.Pipes;
using Gantry.Linux.Supervision;
using Gantry.Supervisor.Containers;
using Gantry.Supervisor.Control;
using Gantry.Supervisor.Hosts;
using Gantry.Supervisor.Logs;
using Gantry.Supervisor.Mounting;
using Gantry.Supervisor.Processes;
using Gantry.Supervisor.Slots;

namespace Gantry.Supervisor;

/// <summary>Puts the supervisor together and takes it apart.</summary>
internal sealed class SupervisorHost(SupervisorOptions options)
{
    private readonly EventLoop _loop = new(TimeProvider.System);
    private readonly Sysctls _sysctls = new(Path.GetFileName(options.CgroupParent));
    private readonly Cgroups _cgroups = new(options.CgroupParent);
    private Firewall? _firewall;
    private SlotPool? _pool;
    private ContainerTable? _table;

    public static SupervisorOptions ReadOptions(string path) =>
        JsonSerializer.Deserialize(File.ReadAllBytes(path), MessagesJson.Default.SupervisorOptions)!;

    public void Run()
    {
        OpenFiles.RaiseLimit();
        PrivateMounts.Prepare();
        HostDirectories.Prepare(options);
        using var alone = SingleInstance.Claim(options);
        SingleInstance.ProtectFromMemoryPressure();
        using var socket = new ControlSocket(_loop, options.ControlSocket);
        var started = _loop.Guard(StartAsync(socket));
        _loop.Run();
        _ = started;
    }

    private async Task StartAsync(ControlSocket socket)
    {
        var children = new Children(_loop);
        var tool = new Tool(children, Path.Combine(options.RunDirectory, "tools"));
        var pump = new LogPump(_loop, new SpoolLimits(), TimeProvider.System, Console.Error.WriteLine);
        var plan = new SlotPlan(options);
        _firewall = new Firewall(options, tool);
        _sysctls.Apply();
        await _firewall.ApplyAsync();
        var namespaces = new NamespaceMaker(_loop, children);
        namespaces.PlainIds = options.PlainIds || !await IdmapProbe.WorksAsync(plan, namespaces, options.ContainersDirectory);
        _pool = new SlotPool(
            options, plan, namespaces, new Veth(plan, NetworkInterfaces.UplinkMtu()),
            new ScratchDisk(tool, Path.Combine(options.DataDirectory, "scratch")), new Closer(_loop), tool, _loop);
        var crun = new Crun(options, _loop, children, _cgroups);
        var mounts = new ContainerMounts(new DiskImages(_loop, tool), tool, HostDirectories.WriteResolvConf(options));
        var network = new SetupTimes();
        var launcher = new Launcher(options, _pool, mounts, crun, _cgroups, pump, network, TimeProvider.System);
        _table = new ContainerTable(
            options, _loop, launcher, crun, children, _pool, pump, new ExitStory(_cgroups, new KernelLog(), TimeProvider.System),
            socket.Publish, TimeProvider.System);
        await new Recovery(options, _table, crun, _pool, _cgroups, pump, TimeProvider.System).RunAsync();
        var report = new HostReport(
            options.Version, Environment.ProcessId, !namespaces.PlainIds, _cgroups.IsV2, _cgroups.SwapAccounting);
        socket.Handler = new Dispatcher(_table, new HostPaths(_table, launcher), report, network, _loop, ShutdownAsync).HandleAsync;
        BlockIo.LiftUnused();
        _pool.Refill();
        socket.Start();
    }

    /// <summary>Leaves the host as it was before Gantry came, but for its data.</summary>
    private async Task ShutdownAsync()
    {
        foreach (var container in _table!.List())
            await _table.RemoveAsync(container.Id);
        await _pool!.CloseAsync();
        for (var attempt = 0; !_cgroups.TryRemoveParent(); attempt++)
        {
            if (attempt == 200)
                throw new IOException($"The control group {options.CgroupParent} still has groups in it that are not Gantry's.");
            await _loop.Delay(TimeSpan.FromMilliseconds(10));
        }
        await _firewall!.RemoveAsync();
        _sysctls.Restore();
        HostDirectories.Remove(options);
    }
}

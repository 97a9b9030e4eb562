using System.Net.Sockets;
using Gantry.EndToEnd.Tests.Faults.Checks;
using Gantry.EndToEnd.Tests.Platform;

namespace Gantry.EndToEnd.Tests.Faults;

/// <summary>Does the faults of a schedule, one after the other, and sees each of them mended.</summary>
public sealed class Injector(Cluster cluster, Database database, TenantApi api, Journal journal)
{
    private static readonly TimeSpan _mended = TimeSpan.FromSeconds(60);

    private volatile PlannedFault? _now;

    /// <summary>The fault that is under way, or null.</summary>
    public PlannedFault? Now => _now;

    public async Task RunAsync(IEnumerable<PlannedFault> schedule, TimeSpan until, CancellationToken token)
    {
        foreach (var fault in schedule)
        {
            if (journal.Clock.Now + fault.Lasting > until || token.IsCancellationRequested)
                return;
            await DoAsync(fault);
            await Task.Delay(fault.Pause, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task DoAsync(PlannedFault fault)
    {
        var apps = Places.Of(await database.ContainersAsync(), Cluster.IdOf(fault.Host));
        journal.Say($"FAULT {fault}");
        journal.Begin(new FaultWindow(fault, journal.Clock.Now, null, null, apps));
        _now = fault;
        await StrikeAsync(fault);
        await Task.Delay(fault.Lasting);
        await HealAsync(fault);
        journal.Update(fault, f => f with { Healed = journal.Clock.Now });
        try
        {
            await Wait.ForAsync<object>(async () => await IsWellAsync(fault) ? this : null, "the recovery", _mended);
        }
        catch (TimeoutException e)
        {
            journal.Violate($"what was struck by {fault} does not recover within {_mended.TotalSeconds:0} s: {e.Message}");
        }

        journal.Update(fault, f => f with { Well = journal.Clock.Now });
        journal.Say($"  well again after {journal.Faults[^1].Fault.Number}");
        journal.Count("faults");
        _now = null;
    }

    private async Task StrikeAsync(PlannedFault fault)
    {
        var host = $"{fault.Host}";
        switch (fault.Kind)
        {
            case FaultKind.KillControl: await cluster.Platform.KillDaemonAsync(); break;
            case FaultKind.PauseControl: await SignalControlAsync("STOP"); break;
            case FaultKind.KillAgent: await WordAsync("signal", host, "agent", "KILL"); break;
            case FaultKind.PauseAgent: await WordAsync("signal", host, "agent", "STOP"); break;
            case FaultKind.KillSupervisor: await WordAsync("signal", host, "supervisor", "KILL"); break;
            case FaultKind.PauseSupervisor: await WordAsync("signal", host, "supervisor", "STOP"); break;
            case FaultKind.KillHost: await WordAsync("kill-host", host); break;
            case FaultKind.Partition: await WordAsync("partition", host); break;
            case FaultKind.PauseHost: await WordAsync("pause", host); break;
            case FaultKind.FillDisk: await WordAsync("fill", host); break;
            case FaultKind.KillDatabase: await database.KillAsync(); break;
            case FaultKind.PauseDatabase: await database.PauseAsync(); break;
            case FaultKind.StopDatabase: await database.StopAsync(); break;
            default: throw new InvalidOperationException($"Nobody knows how to do {fault.Kind}.");
        }
    }

    private async Task HealAsync(PlannedFault fault)
    {
        var host = $"{fault.Host}";
        switch (fault.Kind)
        {
            case FaultKind.KillControl: await cluster.Platform.StartAsync(); break;
            case FaultKind.PauseControl: await SignalControlAsync("CONT"); break;
            case FaultKind.KillAgent: await WordAsync("start-agent", host); break;
            case FaultKind.PauseAgent: await WordAsync("signal", host, "agent", "CONT"); break;
            case FaultKind.PauseSupervisor: await WordAsync("signal", host, "supervisor", "CONT"); break;
            case FaultKind.KillHost: await WordAsync("start-host", host); break;
            case FaultKind.Partition: await WordAsync("heal", host); break;
            case FaultKind.PauseHost: await WordAsync("resume", host); break;
            case FaultKind.FillDisk: await WordAsync("free", host); break;
            case FaultKind.KillDatabase or FaultKind.StopDatabase: await database.StartAsync(); break;
            case FaultKind.PauseDatabase: await database.ResumeAsync(); break;
        }
    }

    private async Task<bool> IsWellAsync(PlannedFault fault)
    {
        if (fault.Kind >= FaultKind.KillDatabase && !await database.AnswersAsync())
            return false;
        if (fault.Host > 0 && !await ListensAsync(Cluster.AddressOf(fault.Host)))
            return false;
        if (!(await api.GetAsync("/v1/apps")).IsAcknowledged)
            return false;
        return fault.Host == 0 || (await cluster.HostsAsync()).Any(h => (string?)h["id"] == Cluster.IdOf(fault.Host) && (string?)h["status"] == "ready");
    }

    private static async Task<bool> ListensAsync(string address)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await client.ConnectAsync(address, 7444, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // Not yet.
            return false;
        }
    }

    private async Task SignalControlAsync(string signal) => (await Shell.RunAsync("kill", [$"-{signal}", $"{cluster.Platform.DaemonId}"])).ExpectSuccess();

    private async Task WordAsync(params string[] words) => (await cluster.RunAsync(words)).ExpectSuccess();
}
